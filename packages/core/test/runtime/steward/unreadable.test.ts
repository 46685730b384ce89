import { type HeddleError, NodeSession, Stewardship, startEpoch, systemClock, type WaitRecord } from '@heddle/core';
import { expect, it, onTestFinished } from 'vitest';
import { openFixtureStore, planOf } from '../fixture.ts';

const plan = planOf({ web: { roles: [{ name: 'app' }] } });
const record: WaitRecord = {
  node: 'web',
  role: 'app',
  input: 'port',
  missing: ['db.port'],
  missingCount: 1,
  producers: ['db.mysql'],
  since: '2026-01-01T00:00:00.000Z',
  deadline: '2026-01-01T01:00:00.000Z',
  edge: true,
};

it.each(['verdict', 'election'])('an unreadable %s is told, and ends neither the wait nor the agent', async (which) => {
  const store = await openFixtureStore();
  const epoch = await startEpoch(store, plan);
  const session = await NodeSession.begin({ store, epoch, node: 'web', clock: systemClock, random: () => 0 });
  const told = new Promise<HeddleError>((resolve) => {
    const stewardship = new Stewardship(session, resolve);
    onTestFinished(() => stewardship.close());
  });
  const broken = which === 'verdict' ? epoch.keys.verdict('web', 'app', 1) : epoch.keys.steward();
  await store.put(broken, new TextEncoder().encode('{'), { expect: { absent: true } });
  const key = epoch.keys.wait('web', 'app', 1);
  const rev = await session.write(key, record, { liveness: true });
  const stop = session.judge?.recorded({ key, rev, record }, () => {
    throw new Error('it was condemned');
  });
  expect((await told).message).toContain(broken.join('/'));
  stop?.();
});
