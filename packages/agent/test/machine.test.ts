import { mkdtemp, rm } from 'node:fs/promises';
import { hostname, networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openEpoch, startEpoch } from '@heddle/core';
import { expect, it, onTestFinished } from 'vitest';
import { openFixtureStore, planOf } from '../../core/test/runtime/fixture.ts';
import machine from '../src/adapters/machine.ts';
import { builtInAdapters } from '../src/adapters/registry.ts';
import { Agent } from '../src/agent.ts';

/** The command of this checkout, which runs what `npm run build` built. */
const binDirectory = fileURLToPath(new URL('../../cli/bin', import.meta.url));

const role = { name: 'machine', machine: {}, outputs: { host: 'name', first_address: 'first_address' } };

it('a machine publishes its name and the address at which others reach it', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'heddle-agent-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const store = await openFixtureStore();
  const plan = planOf({ a: { roles: [{ ...role, command: undefined }] } });
  await startEpoch(store, plan);
  const epoch = await openEpoch(store, 'test', '1');
  const agent = new Agent({
    store,
    epoch,
    node: 'a',
    nodeDirectory: join(directory, 'node'),
    socketPath: join(directory, 'agent.sock'),
    version: '0',
    adapters: builtInAdapters,
    binDirectory,
  });
  expect(await agent.run()).toMatchObject([{ state: 'done' }]);
  const valueOf = async (output: string): Promise<unknown> => {
    const entry = await store.get(epoch.keys.value('a', output));
    return (JSON.parse(Buffer.from(entry?.value ?? []).toString()) as { value: unknown }).value;
  };
  expect(await valueOf('host')).toBe(hostname());
  const own = Object.values(networkInterfaces()).flatMap((infos) => (infos ?? []).map(({ address }) => address));
  expect(own).toContain(await valueOf('first_address'));
});

it('a fact that no machine has is found before anything runs', async () => {
  const plan = planOf({ a: { roles: [{ ...role, command: undefined, outputs: { ram: 'memory' } }] } });
  const [declared] = plan.nodes[0]?.roles ?? [];
  if (declared === undefined) throw new Error('the plan has no role');
  expect(await machine.check({ role: declared, options: {}, directory: '/tmp' })).toEqual([
    { message: 'a machine has no fact memory; there are name and first_address' },
  ]);
});
