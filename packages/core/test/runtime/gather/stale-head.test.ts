import { NodeSession, RoleReporter, type Store, startEpoch, systemClock } from '@heddle/core';
import { expect, it, onTestFinished } from 'vitest';
import { GatherReader } from '../../../src/runtime/gather/gather-reader.ts';
import { judgeProducer } from '../../../src/runtime/wait/never-coming.ts';
import { openFixtureStore, planOf } from '../fixture.ts';

const plan = planOf({
  web: { count: 4, roles: [{ name: 'app', outputs: { ip: 'ip' } }] },
  lb: { roles: [{ name: 'balancer', inputs: { some: { $gather: 'web.ip', atLeast: 2 } } }] },
});
const members = ['web-0', 'web-1', 'web-2', 'web-3'];

/** A reader that needs two of four, while its writer says that three of them have failed. */
async function scene(stillFailed: readonly string[]) {
  const store = await openFixtureStore();
  const epoch = await startEpoch(store, plan);
  const asked: string[] = [];
  let tellAsked: () => void = () => undefined;
  const between: Store = {
    ...store,
    async get(key, options) {
      const entry = await store.get(key, options);
      if (key.includes('roles')) {
        asked.push(key.at(-2) ?? '');
        if (asked.length === 3) tellAsked();
      }
      return entry;
    },
  };
  const allAsked = new Promise<'asked'>((resolve) => {
    tellAsked = () => resolve('asked');
  });
  const failed: Record<string, unknown> = {};
  for (const node of members) {
    const session = await NodeSession.begin({ store, epoch, node, clock: systemClock });
    const record = { node, role: 'app', incarnation: session.incarnation } as const;
    if (node !== 'web-0') failed[node] = judgeProducer({ ...record, state: 'failed', exitCode: 1 }, `${node}.ip`);
    if (stillFailed.includes(node)) await new RoleReporter(session, 'app').end({ state: 'failed', exitCode: 1 });
    else await new RoleReporter(session, 'app').update({ state: 'running' });
  }
  const session = await NodeSession.begin({ store: between, epoch, node: 'lb', clock: systemClock });
  await session.write(epoch.keys.gatherHead('web', 'ip', 4), { writer: 'w', generation: 0, failed });
  const need = { kind: 'gather', group: 'web', output: 'ip', count: 4, segments: [], atLeast: 2, as: 'list' } as const;
  let reader: GatherReader | undefined;
  const outcome = new Promise<string>((resolve, reject) => {
    reader = new GatherReader(session, need, () => Promise.resolve(), {
      complete: (values) => resolve(`complete: ${[...values.keys()].join(' ')}`),
      never: (member) => resolve(`never: ${member}`),
      error: reject,
    });
  });
  onTestFinished(() => reader?.stop());
  reader?.start();
  return { session, epoch, outcome, allAsked, asked };
}

it('a reader that needs some of a group goes on waiting while enough of those that had failed run again', async () => {
  const { session, epoch, outcome, allAsked } = await scene(['web-1']);
  expect(await Promise.race([allAsked, outcome])).toBe('asked');
  for (const node of ['web-2', 'web-3']) await session.write(epoch.keys.value(node, 'ip'), { value: node });
  await session.write(epoch.keys.gatherProgress('web', 'ip', 4), { writer: 'w', present: ['web-2', 'web-3'] });
  expect(await outcome).toBe('complete: web-2 web-3');
});

it('a reader that needs some of a group gives up when too few are left, and names the first that is', async () => {
  const { outcome, asked } = await scene(['web-1', 'web-2', 'web-3']);
  expect(await outcome).toBe('never: web-1');
  expect([...asked].sort((a, b) => a.localeCompare(b))).toEqual(['web-1', 'web-2', 'web-3']);
});
