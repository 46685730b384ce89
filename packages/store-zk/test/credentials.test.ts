import { recordWatch } from '@heddle/testkit';
import { describe, expect, it } from 'vitest';
import driver from '../src/index.ts';
import { rootOf, useServer } from './support/server.ts';

const ABSENT = { expect: { absent: true } } as const;
const JOE = { user: 'joe', password: 's3cret' };
const EVE = { user: 'eve', password: 's3cret' };
const VALUE = Uint8Array.from([1]);

describe('a store with credentials', () => {
  const server = useServer();

  it('has access control, and one without them has not', async () => {
    const url = server.newUrl();
    expect((await server.open(url)).capabilities).toMatchObject({ acl: false, tls: false, loopback: true });
    expect((await server.open(url, { credentials: JOE })).capabilities).toMatchObject({ acl: true, tls: false });
  });

  it('is closed to everybody else, at once', async () => {
    const url = server.newUrl();
    const store = await server.open(url, { credentials: JOE });
    await store.put(['a'], VALUE, ABSENT);
    for (const credentials of [{}, { credentials: EVE }, { credentials: { ...JOE, password: 'wrong' } }]) {
      const error = await driver.open(url, credentials).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'denied', details: { path: rootOf(url) } });
      expect(JSON.stringify(error)).not.toMatch(/s3cret|wrong/);
    }
    const again = await server.open(url, { credentials: JOE });
    expect((await again.get(['a']))?.value).toEqual(VALUE);
  });

  it('leaves the folder above its root to the roots of others', async () => {
    const url = server.newUrl();
    await server.open(`${url}/joe`, { credentials: JOE });
    const other = await server.open(`${url}/eve`, { credentials: EVE });
    expect(await other.put(['a'], VALUE, ABSENT)).toMatchObject({ ok: true });
  });

  it('is not read past: whoever lists or watches what holds an entry of another user is denied, not told a part', async () => {
    const url = server.newUrl();
    const open = await server.open(url);
    await open.put(['mine'], VALUE, ABSENT);
    await (await server.open(url, { credentials: JOE })).put(['joe'], VALUE, ABSENT);
    await expect(open.list([])).rejects.toMatchObject({ code: 'denied' });
    const recorder = recordWatch(open, []);
    await recorder.told('failed denied');
    expect(recorder.calls).not.toContain('synced');
    expect(await open.get(['mine'])).toBeDefined();
  });

  it('authenticates before its first operation also after a reconnect', async () => {
    const way = await server.proxied(server.newUrl());
    const store = await server.open(way.url, { credentials: JOE });
    for (let round = 0; round < 5; round += 1) {
      way.heal();
      const puts = Array.from({ length: 10 }, (_, index) => store.put([`${round}`, `${index}`], VALUE, ABSENT));
      expect((await Promise.all(puts)).every(({ ok }) => ok)).toBe(true);
    }
  });
});
