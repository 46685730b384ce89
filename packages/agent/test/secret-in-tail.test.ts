import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { openEpoch, startEpoch } from '@heddle/core';
import { expect, it, onTestFinished } from 'vitest';
import { openFixtureStore, planOf } from '../../core/test/runtime/fixture.ts';
import command from '../src/adapters/command.ts';
import { Agent } from '../src/agent.ts';
import { Masker } from '../src/child/masker.ts';
import { OutputLines } from '../src/child/output-lines.ts';

async function folder(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'heddle-agent-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

it('a secret that a role prints before it publishes it stands in no record of the store', async () => {
  const directory = await folder();
  const store = await openFixtureStore();
  // It publishes by the agent's own socket: no other program has to be there.
  const publish = `curl --silent --fail --unix-socket "$HEDDLE_SOCKET" http://heddle/v1/roles/r/publish -d '{"outputs":{"pw":{"value":"hunter22secret"}}}'`;
  const script = `echo generated password hunter22secret; ${publish}; exit 3`;
  const outputs = { pw: { path: 'pw', sensitive: true }, other: 'other' };
  await startEpoch(store, planOf({ a: { roles: [{ name: 'r', command: ['sh', '-c', script], outputs }] } }));
  const epoch = await openEpoch(store, 'test', '1');
  const agent = new Agent({
    store,
    epoch,
    node: 'a',
    nodeDirectory: join(directory, 'node'),
    socketPath: join(directory, 'agent.sock'),
    version: '0',
    adapters: new Map([['command', async () => ({ default: command })]]),
  });
  await agent.run();
  const record = Buffer.from((await store.get(epoch.keys.role('a', 'r')))?.value ?? []).toString();
  expect(record).toContain('generated password ********');
  expect(record).not.toContain('hunter22secret');
});

it('the last lines are at most 2 KB of whole characters, and a secret is masked before they are cut', async () => {
  const masker = new Masker();
  const lines = new OutputLines(
    join(await folder(), 'log'),
    masker,
    () => undefined,
    () => undefined,
  );
  const stream = Readable.from([Buffer.from(`tell hunter22secret ${'é'.repeat(1020)}\n`)]);
  lines.take(stream, 'stdout');
  await once(stream, 'close');
  masker.add('hunter22secret');
  const bytes = Buffer.byteLength(lines.tail);
  expect(bytes).toBeGreaterThan(2040);
  expect(bytes).toBeLessThanOrEqual(2048);
  expect(lines.tail).toMatch(/^[*]* é+$/);
  await lines.close();
});
