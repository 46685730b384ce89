import { NodeSession, Stewardship, type Store, startEpoch, systemClock, type WaitRecord } from '@heddle/core';
import { expect, it, onTestFinished } from 'vitest';
import { openFixtureStore, planOf } from '../fixture.ts';
import { told } from './election.ts';
import { ManualClock } from './manual-clock.ts';

const plan = planOf({
  db: { roles: [{ name: 'mysql', outputs: { port: 'port' } }] },
  web: { count: 2, roles: [{ name: 'app', inputs: { port: '${db.port}' } }] },
});
const waitMs = 10_000;
const mostTurns = 60;

function waitOf(node: string): WaitRecord {
  return {
    node,
    role: 'app',
    input: 'port',
    missing: ['db.port'],
    missingCount: 1,
    producers: ['db.mysql'],
    since: '2026-01-01T00:00:00.000Z',
    deadline: '2026-01-01T01:00:00.000Z',
    edge: true,
  };
}

/** An agent whose waits the test begins and ends. */
async function agentOf(store: Store, epoch: Awaited<ReturnType<typeof startEpoch>>, node: string, clock: ManualClock) {
  const session = await NodeSession.begin({ store, epoch, node, clock, random: () => 0 });
  const stewardship = new Stewardship(session, (error) => {
    throw error;
  });
  onTestFinished(() => stewardship.close());
  const key = epoch.keys.wait(node, 'app', 1);
  return {
    stewardship,
    async wait(): Promise<() => Promise<void>> {
      const record = waitOf(node);
      const rev = await session.write(key, record, { liveness: true });
      const stop = stewardship.recorded({ key, rev, record }, () => undefined);
      return async () => {
        stop();
        await session.remove(key);
      };
    },
  };
}

it('a steward stays one while anybody waits, so that short waits that take turns hide no lost node', async () => {
  const store = await openFixtureStore();
  const epoch = await startEpoch(store, plan);
  const clock = new ManualClock();
  await NodeSession.begin({ store, epoch, node: 'db', clock: systemClock });
  const agents = [await agentOf(store, epoch, 'web-0', clock), await agentOf(store, epoch, 'web-1', clock)] as const;
  const member = await store.get(epoch.keys.member('db'));
  await store.delete(epoch.keys.member('db'), { expect: { rev: member?.rev ?? '' } });
  const isLost = async () => (await store.get(epoch.keys.role('db', 'mysql'))) !== undefined;
  let stop = await agents[0].wait();
  for (let turn = 1; turn < mostTurns && !(await isLost()); turn += 1) {
    const next = await agents[turn % 2 === 0 ? 0 : 1].wait();
    await stop();
    stop = next;
    for (let ms = 0; ms < waitMs; ms += 500) {
      clock.advance(500);
      await store.get(epoch.keys.steward());
    }
  }
  expect(await isLost()).toBe(true);
  await stop();
});

it('a steward whose agent ends gives its office back at once, whoever waits', async () => {
  const store = await openFixtureStore();
  const epoch = await startEpoch(store, plan);
  const clock = new ManualClock();
  const web = await agentOf(store, epoch, 'web-0', clock);
  const other = await agentOf(store, epoch, 'web-1', new ManualClock());
  const [stop, stopOther] = [await web.wait(), await other.wait()];
  const elected = told(store, epoch, 'state');
  clock.advance(1000);
  await elected;
  await stop();
  await web.stewardship.close();
  expect(await store.get(epoch.keys.steward())).toBeUndefined();
  await stopOther();
});
