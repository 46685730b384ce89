import {
  NodeSession,
  type RoleRecord,
  startEpoch,
  systemClock,
  type WaitRecord,
  type WatchHandler,
} from '@heddle/core';
import { expect, it, onTestFinished } from 'vitest';
import { Steward } from '../../../src/runtime/steward/steward.ts';
import { openFixtureStore, planOf } from '../fixture.ts';
import { ManualClock } from './manual-clock.ts';

const plan = planOf({
  db: { roles: [{ name: 'mysql', inputs: { ip: '${web.ip}' }, outputs: { port: 'port' } }] },
  web: { roles: [{ name: 'app', inputs: { port: '${db.port}' }, outputs: { ip: 'ip' } }] },
  busy: { roles: [{ name: 'job' }] },
});

function waitOf(node: string, role: string, producer: string, output: string): WaitRecord {
  return {
    node,
    role,
    input: 'input',
    missing: [output],
    missingCount: 1,
    producers: [producer],
    since: '2026-01-01T00:00:00.000Z',
    deadline: '2026-01-01T01:00:00.000Z',
    edge: true,
  };
}

it.each<[string, (step: number) => Partial<RoleRecord>]>([
  ['names its next step', (step) => ({ state: 'running', step: `package[${step}]` })],
  ['begins again', (step) => ({ state: step % 2 === 0 ? 'running' : 'pending' })],
])('a deadlock is found also while another role %s all the time', async (_title, recordOf) => {
  const store = await openFixtureStore();
  const epoch = await startEpoch(store, plan);
  const clock = new ManualClock();
  const begin = (node: string) => NodeSession.begin({ store, epoch, node, clock: systemClock });
  const [db, web, busy] = [await begin('db'), await begin('web'), await begin('busy')];
  let tell: () => void = () => undefined;
  const heard = {
    ...store,
    watch: (prefix: readonly string[], handler: WatchHandler, options?: object) => {
      const state: WatchHandler['state'] = (entry) => {
        handler.state(entry);
        if (entry.key.at(-1) === 'job') tell();
      };
      return store.watch(prefix, { ...handler, state }, options);
    },
  };
  const session = await NodeSession.begin({ store: heard, epoch, node: 'ops', clock });
  const rev = await session.write(epoch.keys.steward(), { node: 'ops' }, { liveness: true });
  const steward = new Steward(session, { key: epoch.keys.steward(), rev }, (error) => {
    throw error;
  });
  onTestFinished(() => steward.close());
  await steward.start();
  await db.write(epoch.keys.wait('db', 'mysql', 1), waitOf('db', 'mysql', 'web.app', 'web.ip'));
  await web.write(epoch.keys.wait('web', 'app', 1), waitOf('web', 'app', 'db.mysql', 'db.port'));
  const verdict = async () => (await store.list(epoch.keys.verdicts())).at(0);
  while (clock.monotonicMs() < 5000 && (await verdict()) === undefined) {
    const told = new Promise<void>((resolve) => {
      tell = resolve;
    });
    const record = { node: 'busy', role: 'job', incarnation: '1', ...recordOf(clock.monotonicMs() / 50) };
    await busy.write(epoch.keys.role('busy', 'job'), record);
    await told;
    clock.advance(50);
  }
  expect(clock.monotonicMs()).toBeLessThan(1000);
});
