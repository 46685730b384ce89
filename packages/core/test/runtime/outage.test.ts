import { type Clock, HeddleError, NodeSession, type Store, startEpoch } from '@heddle/core';
import { describe, expect, it } from 'vitest';
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
  return { clock, leave, write, session };
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

describe('what may be left out while the store does not answer', () => {
  it('is done and given while it answers', async () => {
    const { session } = await scene();
    expect(await session.unlessStoreAway(() => Promise.resolve('read'))).toBe('read');
    const broken = new HeddleError('bad-key', 'no');
    await expect(session.unlessStoreAway(() => Promise.reject(broken))).rejects.toBe(broken);
  });

  it('is not begun once that is known', async () => {
    const { session, leave, write } = await scene();
    leave(true);
    await expect(write('one')).rejects.toMatchObject({ code: 'unavailable' });
    let begun = 0;
    expect(await session.unlessStoreAway(async () => (begun += 1))).toBe(undefined);
    expect(begun).toBe(0);
  });

  it('is left out when it ends without an answer, and nothing else was heard of that', async () => {
    const { session } = await scene();
    const unanswered = new HeddleError('unavailable', 'no answer');
    expect(await session.unlessStoreAway(() => Promise.reject(unanswered))).toBe(undefined);
    expect(session.isStoreAway).toBe(false);
  });

  it('is given up when that is heard while it waits for an answer', async () => {
    const { session, leave, write } = await scene();
    const given = session.unlessStoreAway(() => new Promise(() => undefined));
    leave(true);
    await expect(write('one')).rejects.toMatchObject({ code: 'unavailable' });
    expect(await given).toBe(undefined);
  });
});
