import assert from 'node:assert/strict';
import { bytes, recordWatch } from '@heddle/testkit';
import { describe, it } from 'vitest';
import driver from '../src/index.ts';
import { freshUrl, grant, open, useEtcd } from './support/servers.ts';

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

  it('a watch that is refused fails, and another one is served once the user is permitted', async () => {
    const url = freshUrl(server());
    const admin = await open(url, { credentials: ROOT });
    await admin.put(['w', 'a'], bytes('x'), ABSENT);
    const agent = await open(url, { credentials: { user: 'agent', password: 'pass-of-agent' } });
    const refused = recordWatch(agent, ['w']);
    await refused.told('failed denied');
    await grant(server(), 'agent', 'read', `${new URL(url).pathname}/w/`);
    const recorder = recordWatch(agent, ['w']);
    await recorder.told('synced');
    assert.deepEqual([...recorder.view], [['w/a', 'x']]);
    const rev = (await admin.get(['w', 'a']))?.rev ?? '';
    await admin.put(['w', 'a'], bytes('y'), { expect: { rev } });
    await recorder.told('state w/a=y');
    assert.deepEqual(refused.calls, ['failed denied']);
    await assert.rejects(agent.put(['w', 'b'], bytes('x'), ABSENT), { code: 'denied' });
  });

  it('a login that has ended is renewed, for calls, for old and for new watches', async () => {
    const store = await open(freshUrl(server()), { credentials: ROOT });
    const old = recordWatch(store, ['w']);
    await old.told('synced');
    // A change of the password ends all logins of the user, also when it is the same one.
    await server().control(['user', 'passwd', 'root', '--interactive=false'], `${ROOT.password}\n`);
    const fresh = recordWatch(store, ['w']);
    await store.put(['w', 'a'], bytes('x'), ABSENT);
    await store.put(['w', 'b'], bytes('x'), ABSENT);
    for (const recorder of [old, fresh]) {
      await recorder.until('the entries', ({ view }) => view.size === 2);
      assert.deepEqual([recorder.count('synced'), recorder.count('status down')], [1, 0]);
    }
    assert.deepEqual(await Promise.all(Array.from({ length: 20 }, () => store.get(['no']))), Array(20).fill(undefined));
  });
});

describe('an etcd whose user is no longer let in', () => {
  const agent = { user: 'agent', password: 'pass-of-agent' };
  const server = useEtcd({ users: { root: ROOT.password, agent: agent.password } });

  it('ends what waits and every watch with denied, also a watch that begins later', async () => {
    const url = freshUrl(server());
    await grant(server(), 'agent', 'readwrite', `${new URL(url).pathname}/`);
    const store = await open(url, { credentials: agent, sessionTimeoutMs: 2000 });
    const recorder = recordWatch(store, ['w'], 60_000);
    await recorder.told('synced');
    await server().control(['user', 'passwd', 'agent', '--interactive=false'], 'another\n');
    await server().restart();
    await recorder.told('failed denied');
    assert.equal(recorder.calls.at(-1), 'failed denied');
    await assert.rejects(store.get(['w'], { timeoutMs: 60_000 }), { code: 'denied' });
    await recordWatch(store, ['later']).told('failed denied');
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

describe('an etcd whose tokens carry the state of users and roles', () => {
  const server = useEtcd({ users: { root: ROOT.password, agent: 'pass-of-agent' }, tokens: 'signed' });

  it('is logged in to again when rights were changed, for calls, liveness entries and watches', async () => {
    const url = freshUrl(server());
    const below = `${new URL(url).pathname}/`;
    await grant(server(), 'agent', 'readwrite', below);
    const agent = await open(url, { credentials: { user: 'agent', password: 'pass-of-agent' } });
    const recorder = recordWatch(agent, ['a']);
    await recorder.told('synced');
    for (const text of ['x', 'y']) {
      await grant(server(), 'agent', 'read', `${below}${text}/`);
      const rev = (await agent.get(['a']))?.rev;
      await agent.put(['a'], bytes(text), rev === undefined ? ABSENT : { expect: { rev } });
      await recorder.told(`state a=${text}`);
    }
    await grant(server(), 'agent', 'read', `${below}z/`);
    const alive = await agent.put(['a', 'alive'], bytes('z'), { ...ABSENT, liveness: true });
    assert.equal(alive.ok, true);
    await recorder.told('state a/alive=z');
  });
});
