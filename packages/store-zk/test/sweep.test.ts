import { removeClosedEpochs, startEpoch } from '@heddle/core';
import { bytes } from '@heddle/testkit';
import { describe, expect, it } from 'vitest';
import { planOf } from '../../core/test/runtime/fixture.ts';
import { administratorOf } from '../src/access/identity.ts';
import type { Requests } from '../src/link.ts';
import { createStructure } from '../src/structure.ts';
import { sweepOperation } from '../src/sweep.ts';
import { rootOf, useServer } from './support/server.ts';

const absent = { expect: { absent: true } } as const;
const plan = planOf({
  db: { roles: [{ name: 'base', outputs: { port: 'port' } }] },
  web: { count: 2, roles: [{ name: 'app', inputs: { ports: '${web[*].ip}' }, outputs: { ip: 'ip' } }] },
});

describe('the znodes of entries that are gone', () => {
  const server = useServer();

  it('go by a sweep, and those that hold an entry or lie above one stay', async () => {
    const url = server.newUrl();
    const [store, raw] = [await server.open(url), await server.raw()];
    await store.reserve?.([
      ['d', '1', 'values', 'a'],
      ['d', '1', 'waits'],
      ['d', '2'],
    ]);
    const put = await store.put(['d', '1', 'values', 'b', 'x'], bytes('1'), absent);
    await store.sweep?.(['d', '1']);
    expect(await raw.children(`${rootOf(url)}/d/1`)).toEqual(['values']);
    expect(await raw.children(`${rootOf(url)}/d/1/values`)).toEqual(['b']);
    expect((await store.get(['d', '1', 'values', 'b', 'x']))?.value).toEqual(bytes('1'));
    expect(await raw.exists(`${rootOf(url)}/d/2`)).toBe(true);

    await store.delete(['d', '1', 'values', 'b', 'x'], { expect: { rev: put.ok ? put.rev : '' } });
    await store.sweep?.(['d', '1']);
    expect(await raw.exists(`${rootOf(url)}/d/1`)).toBe(false);
    // What the store knew of them is forgotten with them.
    expect(await store.put(['d', '1', 'values', 'b', 'y'], bytes('2'), absent)).toMatchObject({ ok: true });
    expect((await store.list(['d'])).map(({ key }) => key)).toEqual([['d', '1', 'values', 'b', 'y']]);
  });

  it('are asked of the server a few at a time, however many there are on each level', async () => {
    const url = server.newUrl();
    const [store, raw] = [await server.open(url), await server.raw()];
    const names = Array.from({ length: 20 }, (_, index) => `n${index}`);
    await store.reserve?.(names.flatMap((a) => names.map((b) => ['d', a, b])));
    let [now, most] = [0, 0];
    const counted = async <T>(answer: Promise<T>): Promise<T> => {
      now += 1;
      most = Math.max(most, now);
      return answer.finally(() => {
        now -= 1;
      });
    };
    const counting: Requests = {
      ...raw,
      children: (path) => counted(raw.children(path)),
      commit: (steps) => counted(raw.commit(steps)),
    };
    await sweepOperation(rootOf(url), createStructure(rootOf(url)), ['d']).attempt(counting);
    expect(await raw.exists(`${rootOf(url)}/d`)).toBe(false);
    expect(most).toBe(16);
  });

  it.each(['shared', 'node'] as const)('of a closed epoch go with it, with access %s', async (access) => {
    const administrator = { user: 'joe', password: 'pass-of-joe' };
    const url = server.newUrl();
    const store = await server.open(url, { credentials: administrator });
    const raw = await server.raw([administrator, administratorOf(administrator)]);
    await startEpoch(store, plan, { access });
    await startEpoch(store, plan, { access });
    expect(await store.list(['test', '1'])).not.toEqual([]);
    expect(await removeClosedEpochs(store, 'test')).toMatchObject([{ epoch: '1', state: 'removed' }]);
    expect((await raw.children(`${rootOf(url)}/test`))?.toSorted()).toEqual(['2', 'current']);
  });
});
