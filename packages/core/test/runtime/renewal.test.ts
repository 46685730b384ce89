import {
  HeddleError,
  type Key,
  NodeSession,
  type Store,
  startEpoch,
  systemClock,
  type WatchHandler,
} from '@heddle/core';
import { expect, it } from 'vitest';
import { openFixtureStore, planOf, TestNode } from './fixture.ts';

const plan = planOf({
  db: { roles: [{ name: 'mysql', outputs: { port: 'port' } }] },
  web: { roles: [{ name: 'app', inputs: { port: '${db.port}' } }] },
});

/** Nodes on a store whose watches are told of a lost session at a word. */
async function beginLosing() {
  const store = await openFixtureStore();
  const epoch = await startEpoch(store, plan);
  const handlers: WatchHandler[] = [];
  const losing: Store = {
    ...store,
    watch(prefix, handler, options) {
      handlers.push(handler);
      return store.watch(prefix, handler, options);
    },
  };
  const web = await TestNode.begin(losing, epoch, plan, 'web');
  const db = await TestNode.begin(store, epoch, plan, 'db');
  const loseSession = () => {
    for (const handler of handlers) handler.status('session-lost');
  };
  return { store, epoch, nodes: { web, db }, loseSession };
}

/** Resolve when an entry at or below `prefix` is written with another revision than `rev`. */
function written(store: Store, prefix: Key, rev: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const nothing = () => undefined;
    const watch = store.watch(prefix, {
      state: (entry) => {
        if (entry.rev === rev) return;
        resolve(watch.close());
      },
      gone: nothing,
      synced: nothing,
      status: nothing,
      failed: reject,
    });
  });
}

it('a node whose liveness entries went with its session is a member again, and its waits are recorded again', async () => {
  const { store, epoch, nodes, loseSession } = await beginLosing();
  const recorded = nodes.web.nextRecord();
  const reading = nodes.web.read('app', 'port');
  await recorded;
  const [wait] = await store.list(epoch.keys.waits());
  const member = await store.get(epoch.keys.member('web'));
  if (wait === undefined || member === undefined) throw new Error('nothing was recorded');
  const again = [written(store, epoch.keys.waits(), wait.rev), written(store, epoch.keys.member('web'), member.rev)];
  for (const { key, rev } of [wait, member]) await store.delete(key, { expect: { rev } });
  loseSession();
  await Promise.all(again);
  await nodes.db.publish('mysql', 'port', 1);
  expect((await reading).value).toBe(1);
});

it('a node whose announcement found no store after a lost session announces itself until it is a member', async () => {
  const store = await openFixtureStore();
  const epoch = await startEpoch(store, plan);
  const handlers: WatchHandler[] = [];
  let refusals = 0;
  const losing: Store = {
    ...store,
    watch(prefix, handler, options) {
      handlers.push(handler);
      return store.watch(prefix, handler, options);
    },
    async put(key, value, options) {
      if (refusals > 0) {
        refusals -= 1;
        throw new HeddleError(refusals === 1 ? 'ambiguous' : 'unavailable', 'no answer');
      }
      return store.put(key, value, options);
    },
  };
  await NodeSession.begin({ store: losing, epoch, node: 'web', clock: systemClock, outageMs: 0 });
  const member = await store.get(epoch.keys.member('web'));
  if (member === undefined) throw new Error('web is no member');
  const again = written(store, epoch.keys.member('web'), member.rev);
  await store.delete(member.key, { expect: { rev: member.rev } });
  refusals = 3;
  for (const handler of handlers) handler.status('session-lost');
  await again;
});
