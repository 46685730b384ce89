import { type Clock, type Store, startEpoch, systemClock } from '@heddle/core';
import { expect, it } from 'vitest';
import { ClearingUp } from '../../src/runtime/wait/clearing-up.ts';
import { openFixtureStore, planOf, TestNode } from './fixture.ts';

/** A clock whose time never passes. */
const stillClock: Clock = { wallMs: () => 0, monotonicMs: () => 0, timer: () => () => undefined };

it('an agent that ends waits for none of what it would have cleared away later', async () => {
  const clearingUp = new ClearingUp({ clock: stillClock, random: () => 0 });
  const turns = [clearingUp.turn(), clearingUp.turn()];
  clearingUp.close();
  await Promise.all(turns);
  await clearingUp.turn();
});

it('waits that end while very many are to be cleared away are cleared away at once', async () => {
  const clearingUp = new ClearingUp({ clock: stillClock, random: () => 0 });
  const turns = Array.from({ length: 100 }, () => clearingUp.turn());
  await clearingUp.turn();
  clearingUp.close();
  await Promise.all(turns);
});

it('the watches of a wait are closed with the agent, if not before', async () => {
  const plan = planOf({
    db: { roles: [{ name: 'mysql', outputs: { port: 'port' } }] },
    web: { roles: [{ name: 'app', inputs: { port: '${db.port}' } }] },
  });
  const real = await openFixtureStore();
  const epoch = await startEpoch(real, plan);
  const open = new Set<string>();
  const noting: Store = {
    ...real,
    watch(prefix, handler, options) {
      const name = prefix.slice(epoch.keys.root.length).join('/');
      const watch = real.watch(prefix, handler, options);
      open.add(name);
      return {
        async close() {
          open.delete(name);
          await watch.close();
        },
      };
    },
  };
  const db = await TestNode.begin(real, epoch, plan, 'db');
  const web = await TestNode.begin(noting, epoch, plan, 'web');
  const reading = web.read('app', 'port');
  await web.nextRecord();
  await db.publish('mysql', 'port', 3306);
  expect((await reading).value).toBe(3306);
  expect([...open]).toEqual(expect.arrayContaining(['values/db/port', 'roles/db/mysql']));
  await web.awaiter.close();
  expect([...open].filter((name) => /^(values|roles)/.test(name))).toEqual([]);
});

/** What is left of the record of a wait whose producer `db` has just failed, and when its agent has ended; time stands still meanwhile. */
async function recordOfFailedWait(input: string) {
  const plan = planOf({
    db: { roles: [{ name: 'mysql', outputs: { port: 'port' } }] },
    mq: { roles: [{ name: 'broker', outputs: { port: 'port' } }] },
    web: { roles: [{ name: 'app', inputs: { port: input } }] },
  });
  const store = await openFixtureStore();
  const epoch = await startEpoch(store, plan);
  let isHeld = false;
  const clock: Clock = {
    ...systemClock,
    timer: (delayMs, then) => (isHeld && delayMs >= 200 ? () => undefined : systemClock.timer(delayMs, then)),
  };
  const db = await TestNode.begin(store, epoch, plan, 'db');
  const web = await TestNode.begin(store, epoch, plan, 'web', undefined, clock);
  const role = await db.run('mysql');
  const reading = web.read('app', 'port');
  await web.nextRecord();
  isHeld = true;
  await role.end({ state: 'failed', exitCode: 1 });
  await expect(reading).rejects.toMatchObject({ code: 'producer-failed' });
  // A removal that had begun would be done before writes that begin later.
  for (const name of ['first', 'second', 'third'])
    await store.put([name], new Uint8Array(), { expect: { absent: true } });
  const key = epoch.keys.wait('web', 'app', 1);
  const afterFailure = await store.get(key);
  await web.awaiter.close();
  return { afterFailure, atEnd: await store.get(key) };
}

it('the record of a wait whose producer has ended is taken away after all readers are told, at the latest with the agent', async () => {
  const { afterFailure, atEnd } = await recordOfFailedWait('${db.port}');
  expect(afterFailure).toBeDefined();
  expect(atEnd).toBeUndefined();
});

it('the record of a wait that lacks something else, too, is taken away at once: it may have been on a circle', async () => {
  const { afterFailure } = await recordOfFailedWait('${db.port} ${mq.port}');
  expect(afterFailure).toBeUndefined();
});
