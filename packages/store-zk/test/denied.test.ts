import assert from 'node:assert/strict';
import type { AccessPlan, Key } from '@heddle/core';
import { bytes, recordWatch } from '@heddle/testkit';
import { describe, it } from 'vitest';
import { newRev } from '../src/record.ts';
import { useServer } from './support/server.ts';

const DENIED = { code: 'denied' };
const ABSENT = { expect: { absent: true } } as const;
const ADMINISTRATOR = { user: 'joe', password: 'pass-of-joe' };
const OPEN: Key = ['shop', '1', 'open'];
const PLAN: AccessPlan = {
  scope: ['shop', '1'],
  members: new Map([['web', ['web']]]),
  rules: [
    { prefix: OPEN, readers: ['web'], writers: [] },
    { prefix: ['shop', '1', 'values', 'web', 'ip'], readers: [], writers: ['web'] },
    { prefix: ['shop', '1', 'values', 'db', 'password'], readers: [], writers: ['db'] },
  ],
};
/** Nothing was ever written at either; the znode of the first one is there, that of the second one is not. */
const CLOSED: readonly Key[] = [
  ['shop', '1', 'values', 'db', 'password'],
  ['shop', '1', 'values', 'db', 'other', 'deep'],
];

describe('what a node may not read, and is not there', () => {
  const server = useServer();

  async function asWeb() {
    const url = server.newUrl();
    const admin = await server.open(url, { credentials: ADMINISTRATOR });
    const credentials = (await admin.access?.grant(PLAN))?.get('web');
    assert.ok(credentials);
    return { admin, web: await server.open(url, { credentials, sessionTimeoutMs: 3000 }) };
  }

  it('is denied to its reads and watches', async () => {
    const { web } = await asWeb();
    for (const key of CLOSED) {
      await assert.rejects(web.get(key), DENIED);
      await assert.rejects(web.list(key), DENIED);
      await recordWatch(web, key).told('failed denied');
    }
  });

  it('is denied to its writes, whatever they expect', async () => {
    const { web } = await asWeb();
    for (const key of CLOSED) {
      for (const expect of [{ absent: true } as const, { rev: newRev() }]) {
        await assert.rejects(web.put(key, bytes('x'), { expect }), DENIED);
        await assert.rejects(web.delete(key, { expect }), DENIED);
      }
    }
  });

  it('is denied as a guard, and fences nothing', async () => {
    const { web } = await asWeb();
    const own: Key = ['shop', '1', 'values', 'web', 'ip'];
    for (const key of CLOSED)
      await assert.rejects(web.put(own, bytes('x'), { ...ABSENT, guards: [{ key, rev: newRev() }] }), DENIED);
    const guards = [{ key: OPEN, rev: newRev() }];
    await assert.rejects(web.put(own, bytes('x'), { ...ABSENT, guards }), { code: 'fenced' });
    assert.equal(await web.get(own), undefined);
  });

  it('ends a watch also when the right to it is taken back while nothing happens', async () => {
    const { admin, web } = await asWeb();
    const recorder = recordWatch(web, OPEN);
    await recorder.told('synced');
    await admin.access?.revoke(['shop', '1']);
    await recorder.told('failed denied');
    assert.deepEqual(recorder.calls, ['synced', 'status down', 'failed denied']);
  });
});
