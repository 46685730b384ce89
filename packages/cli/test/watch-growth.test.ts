import {
  type DeploymentState,
  growEpoch,
  NodeSession,
  type Plan,
  RoleReporter,
  readState,
  roleDigest,
  type Store,
  startEpoch,
  systemClock,
} from '@heddle/core';
import { expect, it } from 'vitest';
import { openFixtureStore, planOf } from '../../core/test/runtime/fixture.ts';
import { watchDeployment } from '../src/watch/watch-deployment.ts';

const planWith = (count: number) =>
  planOf({
    web: { count, roles: [{ name: 'app', outputs: { ip: 'ip' } }] },
    lb: { roles: [{ name: 'balancer', inputs: { backends: '${web[*].ip}' } }] },
  });
const options = { by: 'root@ops', clock: systemClock, credentials: new Map() };

/** A node whose only role runs, and ends well when it is told to. */
async function running(store: Store, epoch: Awaited<ReturnType<typeof startEpoch>>, plan: Plan, node: string) {
  const role = plan.nodes.find(({ name }) => name === node)?.roles[0];
  if (role === undefined) throw new Error(`no node ${node}`);
  const session = await NodeSession.begin({ store, epoch, node, clock: systemClock });
  const reporter = new RoleReporter(session, role.name);
  await reporter.update({ state: 'running', startedAt: new Date().toISOString() });
  return { end: () => reporter.end({ state: 'done', digest: roleDigest(role) }) };
}

/** The events of a deployment as they come; `seen` resolves with the first one that fits. */
function eventsOf(store: Store, first: DeploymentState) {
  const events: Record<string, unknown>[] = [];
  const waiting = new Set<() => void>();
  const write = async (line: string) => {
    events.push(JSON.parse(line) as Record<string, unknown>);
    for (const look of waiting) look();
  };
  const end = watchDeployment(store, first, { fromStart: true, write, signal: new AbortController().signal });
  const seen = (type: string, node: string) =>
    new Promise<Record<string, unknown>>((resolve, reject) => {
      const look = () => {
        const event = events.find((one) => one['type'] === type && one['node'] === node);
        if (event !== undefined) resolve(event);
      };
      waiting.add(look);
      look();
      end.then(() => reject(new Error(`the stream has ended without ${type} of ${node}`)), reject);
    });
  return { end, events, seen };
}

it('a stream tells what is outdated since a group has grown, and ends with the roles of the new members', async () => {
  const store = await openFixtureStore();
  const epoch = await startEpoch(store, planWith(1));
  const web = await running(store, epoch, planWith(1), 'web-0');
  const lb = await running(store, epoch, planWith(1), 'lb');
  await lb.end();
  const stream = eventsOf(store, await readState(store, 'test'));
  await stream.seen('role', 'lb');
  await (await growEpoch(store, epoch, planWith(2), options)).announce();
  const added = await running(store, epoch, planWith(2), 'web-1');
  expect(await stream.seen('outdated', 'lb')).toMatchObject({ role: 'balancer', outputs: ['web[*]'] });
  await web.end();
  // A change that is told after the end of what was there before: the stream goes on.
  await stream.seen('role', 'web-1');
  await added.end();
  expect(await stream.end).toBe('all-ended');
  expect(stream.events.filter(({ node, state }) => node === 'web-1' && state === 'done')).toHaveLength(1);
});
