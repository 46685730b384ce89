import {
  HeddleError,
  type Json,
  NodeSession,
  openEpoch,
  publish,
  readState,
  removeClosedEpochs,
  type Store,
  startEpoch,
  systemClock,
} from '@heddle/core';
import { describe, expect, it } from 'vitest';
import { openFixtureStore, planOf, unableToClose } from './fixture.ts';

const plan = planOf({
  db: { roles: [{ name: 'base', outputs: { port: 'port' } }] },
  web: { count: 2, roles: [{ name: 'app', inputs: { port: '${db.port}' }, outputs: { ip: 'ip' } }] },
});

const removed = {
  code: 'fenced',
  message: 'epoch 1 of deployment test was closed and has been removed from this store: epoch 2 is current',
};

/** Start an epoch, and a session of a node in it; `leave` ends that. */
async function begin(store: Store, node: string) {
  await startEpoch(store, plan);
  const epoch = await openEpoch(store, 'test');
  const session = await NodeSession.begin({ store, epoch, node, clock: systemClock });
  return { session, leave: () => session.remove(epoch.keys.member(node)) };
}

function publishPort(session: NodeSession, value: Json): Promise<string> {
  const output = plan.nodes[0]?.roles[0]?.outputs[0];
  if (output === undefined) throw new Error('the plan has no such output');
  return publish(session, { role: 'base', output, value });
}

/** Start an epoch in which `db` has published, and whose agent has ended. */
async function ended(store: Store, port: number): Promise<void> {
  const { session, leave } = await begin(store, 'db');
  await publishPort(session, port);
  await leave();
}

async function keysOf(store: Store, ...prefix: string[]): Promise<readonly string[]> {
  return (await store.list(['test', ...prefix])).map(({ key }) => key.join('/'));
}

describe('removing closed epochs', () => {
  it('leaves the current one as it was, and nothing of those before it', async () => {
    const store = await openFixtureStore();
    await ended(store, 1);
    await ended(store, 2);
    await ended(store, 3);
    const [first, second, third] = [await keysOf(store, '1'), await keysOf(store, '2'), await keysOf(store, '3')];
    expect(first).toContain('test/1/values/db/port');
    const told: string[] = [];
    const removed = await removeClosedEpochs(store, 'test', {
      onEpoch: ({ epoch, state }) => told.push(`${epoch} ${state}`),
    });
    expect(removed).toEqual([
      { epoch: '1', state: 'removed', entries: first.length, users: [] },
      { epoch: '2', state: 'removed', entries: second.length, users: [] },
    ]);
    expect(told).toEqual(['1 removed', '2 removed']);
    expect(await keysOf(store)).toEqual([...third, 'test/current']);
    expect(await removeClosedEpochs(store, 'test')).toEqual([]);
  });

  it('leaves as many of the newest as it is told, and all of them in a dry run', async () => {
    const store = await openFixtureStore();
    for (const port of [1, 2, 3]) await ended(store, port);
    const before = await keysOf(store);
    const states = async (options: Parameters<typeof removeClosedEpochs>[2]) =>
      (await removeClosedEpochs(store, 'test', options)).map(({ state }) => state);
    expect(await states({ keep: 1, isDryRun: true })).toEqual(['removable', 'kept']);
    expect(await keysOf(store)).toEqual(before);
    expect(await states({ keep: 9 })).toEqual(['kept', 'kept']);
    expect(await states({ keep: 1 })).toEqual(['removed', 'kept']);
    expect(await keysOf(store, '1')).toEqual([]);
    expect(await keysOf(store, '2')).toEqual(before.filter((key) => key.startsWith('test/2/')));
  });

  it('leaves one whose agent is still connected, and names the node', async () => {
    const store = await openFixtureStore();
    await begin(store, 'web-1');
    await startEpoch(store, plan);
    const before = await keysOf(store, '1');
    expect(await removeClosedEpochs(store, 'test')).toMatchObject([{ epoch: '1', state: 'in-use', users: ['web-1'] }]);
    expect(await keysOf(store, '1')).toEqual(before);
    const member = await store.get(['test', '1', 'members', 'web-1']);
    await store.delete(['test', '1', 'members', 'web-1'], { expect: { rev: member?.rev ?? '' } });
    expect(await removeClosedEpochs(store, 'test')).toMatchObject([{ epoch: '1', state: 'removed', users: [] }]);
  });

  it('leaves one that an agent has joined after it was looked at', async () => {
    const store = await openFixtureStore();
    await store.put(['test', '1', 'open'], Buffer.from('{"state":"open"}'), { expect: { absent: true } });
    await startEpoch(unableToClose(store, '1'), plan);
    let lists = 0;
    const joined: Store = {
      ...store,
      async list(prefix, options) {
        const entries = await store.list(prefix, options);
        if (prefix.join('/') === 'test/1' && lists++ === 0) {
          const epoch = await openEpoch(store, 'test', '1');
          await NodeSession.begin({ store, epoch, node: 'web-1', clock: systemClock });
        }
        return entries;
      },
    };
    expect(await removeClosedEpochs(joined, 'test')).toMatchObject([{ epoch: '1', state: 'in-use', users: ['web-1'] }]);
    expect(await keysOf(store, '1')).toContain('test/1/members/web-1');
    expect(await keysOf(store, '1')).toContain('test/1/incarnations/web-1');
  });

  it('lets nobody write who knew the epoch, and nobody begin with its number', async () => {
    const store = await openFixtureStore();
    const { session, leave } = await begin(store, 'db');
    await leave();
    await startEpoch(store, plan);
    await removeClosedEpochs(store, 'test');
    await expect(publishPort(session, 1)).rejects.toMatchObject({ code: 'fenced' });
    expect(await keysOf(store, '1')).toEqual([]);
    expect((await startEpoch(store, plan)).keys.epoch).toBe('3');
  });

  it('is told to an agent that was away all the while', async () => {
    const store = await openFixtureStore();
    await startEpoch(store, plan);
    const epoch = await openEpoch(store, 'test');
    const away: Store = {
      ...store,
      watch(_prefix, { synced }) {
        setImmediate(synced);
        return { close: async () => undefined };
      },
    };
    const session = await NodeSession.begin({ store: away, epoch, node: 'db', clock: systemClock });
    await session.remove(epoch.keys.member('db'));
    await startEpoch(store, plan);
    await removeClosedEpochs(store, 'test');
    await expect(publishPort(session, 1)).rejects.toMatchObject(removed);
  });

  it('is told to whoever asks for one of them, and a number that was never begun is no epoch', async () => {
    const store = await openFixtureStore();
    await ended(store, 1);
    await startEpoch(store, plan);
    await removeClosedEpochs(store, 'test');
    await expect(openEpoch(store, 'test', '1')).rejects.toMatchObject({
      ...removed,
      next: expect.arrayContaining([expect.stringContaining('heddle agent --epoch 2 ')]),
    });
    await expect(readState(store, 'test', '1')).rejects.toMatchObject({ ...removed, code: 'not-found' });
    for (const epoch of ['0', '01', '-1', '3', '1.5', 'x']) {
      const message = `deployment test has no epoch ${epoch} in this store`;
      await expect(openEpoch(store, 'test', epoch)).rejects.toMatchObject({ code: 'not-found', message });
    }
  });

  it('closes what was begun and never made current before it removes it', async () => {
    const store = await openFixtureStore();
    await store.put(['test', '1', 'open'], Buffer.from('{"state":"opening"}'), { expect: { absent: true } });
    const written: string[] = [];
    await startEpoch(unableToClose(store, '1'), plan);
    const watching: Store = {
      ...store,
      put(key, value, options) {
        written.push(`${key.join('/')} ${Buffer.from(value).toString()}`);
        return store.put(key, value, options);
      },
    };
    expect(await removeClosedEpochs(watching, 'test')).toMatchObject([{ epoch: '1', state: 'removed' }]);
    expect(written[0]).toBe('test/1/open {"state":"closed"}');
    expect(await keysOf(store, '1')).toEqual([]);
  });

  it('removes one with entries that nobody can understand, and tells of them', async () => {
    const store = await openFixtureStore();
    await ended(store, 1);
    await startEpoch(store, plan);
    await store.put(['test', '1', 'values', 'web-0', 'ip'], Buffer.from('no JSON'), { expect: { absent: true } });
    const told: string[] = [];
    const removed = await removeClosedEpochs(store, 'test', { onCorrupt: ({ message }) => told.push(message) });
    expect(removed).toMatchObject([{ epoch: '1', state: 'removed' }]);
    expect(told).toEqual([
      'the entry test/1/values/web-0/ip is not a record of Heddle: closing its epoch deletes it or writes it anew',
    ]);
    expect(await keysOf(store, '1')).toEqual([]);
  });

  it('goes on with the epoch in which it was stopped', async () => {
    const store = await openFixtureStore();
    await ended(store, 1);
    await ended(store, 2);
    const stopping: Store = {
      ...store,
      delete(key, options) {
        if (key.join('/') === 'test/1/abort') return Promise.reject(new HeddleError('unavailable', 'no answer'));
        return store.delete(key, options);
      },
    };
    await expect(removeClosedEpochs(stopping, 'test')).rejects.toMatchObject({ code: 'unavailable' });
    expect(await keysOf(store, '1')).toEqual(['test/1/abort', 'test/1/open']);
    expect(await removeClosedEpochs(store, 'test')).toMatchObject([{ epoch: '1', state: 'removed', entries: 2 }]);
    expect(await keysOf(store, '1')).toEqual([]);
  });

  it('says that a deployment is not there', async () => {
    const store = await openFixtureStore();
    await expect(removeClosedEpochs(store, 'test')).rejects.toMatchObject({ code: 'not-found' });
  });
});
