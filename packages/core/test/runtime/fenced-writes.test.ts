import { declareLost, NodeSession, RoleReporter, startEpoch, systemClock } from '@heddle/core';
import { expect, it } from 'vitest';
import { openFixtureStore, planOf } from './fixture.ts';

const plan = planOf({ db: { roles: [{ name: 'base', outputs: { port: 'port' } }] } });

it('an agent whose node was taken from it is told by whatever it writes next, also by a step for which nobody waits', async () => {
  const store = await openFixtureStore();
  const epoch = await startEpoch(store, plan);
  let ended: (why: unknown) => void = () => undefined;
  const told = new Promise((resolve) => {
    ended = resolve;
  });
  const session = await NodeSession.begin({ store, epoch, node: 'db', clock: systemClock, ended });
  const reporter = new RoleReporter(session, 'base');
  await reporter.update({ state: 'running' });
  await declareLost(store, epoch, 'db', 'nobody has heard of it', systemClock);
  reporter.step('a step');
  expect(await told).toMatchObject({ code: 'fenced' });
});
