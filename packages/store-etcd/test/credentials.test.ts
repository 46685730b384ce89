import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import driver from '../src/index.ts';
import { bytes, open } from './support/cleanup.ts';
import { count, record } from './support/recorder.ts';
import { freshUrl, useEtcd } from './support/servers.ts';

const ABSENT = { expect: { absent: true } } as const;
const ROOT = { user: 'root', password: 'pass-of+root' };

describe('an etcd with users', () => {
  const server = useEtcd({ users: { root: ROOT.password, agent: 'pass-of-agent' } });

  it('the right user is in, by the options or the URL, and its values are under access control', async () => {
    const url = freshUrl(server());
    const byOptions = await open(url, { credentials: ROOT });
    const byUrl = await open(url.replace('//', '//root:pass-of%2Broot@'));
    await byOptions.put(['a'], bytes('x'), ABSENT);
    assert.ok(await byUrl.get(['a']));
    assert.equal(byUrl.capabilities.acl, true);
    assert.deepEqual([byUrl.capabilities.tls, byUrl.capabilities.loopback], [false, true]);
  });

  it('the options beat the URL', async () => {
    await open(freshUrl(server()).replace('//', '//root:wrong@'), { credentials: ROOT });
  });

  it('a wrong password is denied at once, and shown nowhere', async () => {
    const url = freshUrl(server()).replace('//', '//root:wrong-secret@');
    const error = await driver.open(url, { connectTimeoutMs: 3_600_000 }).catch((thrown: unknown) => thrown);
    assert.equal((error as { code?: unknown }).code, 'denied');
    assert.match(String(error), /cannot be opened: .*authentication failed/);
    assert.doesNotMatch(JSON.stringify(error) + String(error), /wrong-secret/);
  });

  it('without a user it is denied at once', async () => {
    await assert.rejects(driver.open(freshUrl(server()), { connectTimeoutMs: 3_600_000 }), {
      code: 'denied',
      message: /admits only users, and none is given/,
    });
  });

  it('what a user may not read or write is denied, and never absent', async () => {
    const agent = await open(freshUrl(server()), { credentials: { user: 'agent', password: 'pass-of-agent' } });
    await assert.rejects(agent.get(['a']), { code: 'denied' });
    await assert.rejects(agent.list([]), { code: 'denied' });
    await assert.rejects(agent.put(['a'], bytes('x'), ABSENT), { code: 'denied' });
    await assert.rejects(agent.put(['a'], bytes('x'), { ...ABSENT, liveness: true }), { code: 'denied' });
  });

  it('a watch that is refused is down, and begins when the user is permitted', async () => {
    const url = freshUrl(server());
    const admin = await open(url, { credentials: ROOT });
    await admin.put(['w', 'a'], bytes('x'), ABSENT);
    await admin.put(['other'], bytes('x'), ABSENT);
    const agent = await open(url, { credentials: { user: 'agent', password: 'pass-of-agent' } });
    const recorder = record(agent, ['w']);
    await recorder.until('down', ({ calls }) => calls.includes('status down'));
    assert.equal(count(recorder, 'synced'), 0);
    const prefix = `${new URL(url).pathname}/w/`;
    await server().control(['role', 'add', 'reader']);
    await server().control(['role', 'grant-permission', 'reader', 'read', '--prefix=true', prefix]);
    await server().control(['user', 'grant-role', 'agent', 'reader']);
    await recorder.until('the entry', ({ calls }) => calls.includes('synced'));
    assert.deepEqual([...recorder.view], [['w/a', 'x']]);
    const rev = (await admin.get(['w', 'a']))?.rev ?? '';
    await admin.put(['w', 'a'], bytes('y'), { expect: { rev } });
    await recorder.until('the change', ({ view }) => view.get('w/a') === 'y');
    await assert.rejects(agent.get(['other']), { code: 'denied' });
  });

  it('a login that has ended is renewed, for calls, for old and for new watches', async () => {
    const store = await open(freshUrl(server()), { credentials: ROOT });
    const old = record(store, ['w']);
    await old.until('synced', ({ calls }) => calls.includes('synced'));
    // A change of the password ends all logins of the user, also when it is the same one.
    await server().control(['user', 'passwd', 'root', '--interactive=false'], `${ROOT.password}\n`);
    const fresh = record(store, ['w']);
    await store.put(['w', 'a'], bytes('x'), ABSENT);
    await store.put(['w', 'b'], bytes('x'), ABSENT);
    for (const recorder of [old, fresh]) {
      await recorder.until('the entries', ({ view }) => view.size === 2);
      assert.deepEqual([count(recorder, 'synced'), count(recorder, 'status down')], [1, 0]);
    }
    assert.deepEqual(await Promise.all(Array.from({ length: 20 }, () => store.get(['no']))), Array(20).fill(undefined));
  });
});

describe('an etcd without users', () => {
  const server = useEtcd();

  it('whoever brings credentials hears that they protect nothing', async () => {
    await assert.rejects(driver.open(freshUrl(server()), { credentials: ROOT, connectTimeoutMs: 3_600_000 }), {
      code: 'config-invalid',
      message: /authentication is not enabled/,
    });
  });

  it('declares no access control', async () => {
    assert.equal((await open(freshUrl(server()))).capabilities.acl, false);
  });
});
