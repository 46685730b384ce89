import { type Clock, HeddleError, NodeSession, type Store, startEpoch } from '@heddle/core';
import { expect, it } from 'vitest';
import { openFixtureStore, planOf } from './fixture.ts';

const plan = planOf({ db: { roles: [{ name: 'base', outputs: { port: 'port' } }] } });

/** A clock whose time passes only when somebody waits for it. */
function waitingClock(): Clock {
  let nowMs = 0;
  return {
    wallMs: () => nowMs,
    monotonicMs: () => nowMs,
    timer(delayMs, then) {
      nowMs += delayMs;
      let isCancelled = false;
      queueMicrotask(() => (isCancelled ? undefined : then()));
      return () => {
        isCancelled = true;
      };
    },
  };
}

async function scene() {
  const store = await openFixtureStore();
  let isAway = false;
  const checkThere = () => {
    if (isAway) throw new HeddleError('unavailable', 'no answer');
  };
  const unsteady: Store = {
    ...store,
    async get(...words) {
      checkThere();
      return store.get(...words);
    },
    async put(...words) {
      checkThere();
      return store.put(...words);
    },
  };
  const epoch = await startEpoch(store, plan);
  const clock = waitingClock();
  const session = await NodeSession.begin({ store: unsteady, epoch, node: 'db', clock, outageMs: 120_000 });
  const leave = (away: boolean) => {
    isAway = away;
  };
  const write = (role: string) => session.write(epoch.keys.role('db', role), { state: 'running' });
  return { clock, leave, write };
}

it('an agent that has several things to write waits for one outage once', async () => {
  const { clock, leave, write } = await scene();
  leave(true);
  const startMs = clock.monotonicMs();
  for (const role of ['one', 'two', 'three']) await expect(write(role)).rejects.toMatchObject({ code: 'unavailable' });
  expect(clock.monotonicMs() - startMs).toBe(120_000);
});

it('the next outage is another one, for which it waits as long', async () => {
  const { clock, leave, write } = await scene();
  leave(true);
  await expect(write('one')).rejects.toMatchObject({ code: 'unavailable' });
  leave(false);
  await write('one');
  leave(true);
  const startMs = clock.monotonicMs();
  await expect(write('two')).rejects.toMatchObject({ code: 'unavailable' });
  expect(clock.monotonicMs() - startMs).toBe(120_000);
});
