import { compile, NodeSession, publish, startEpoch, systemClock } from '@heddle/core';
import embedded from '@heddle/store-embedded';
import { expect, onTestFinished, test } from 'vitest';
import { readReport } from '../src/boot/report.ts';
import { Workspace } from './support/workspace.ts';

test('the outputs of a boot are reported also when the store is away for a while', async () => {
  const workspace = await Workspace.forTest({});
  const first = workspace.start(['store', 'data', '--listen', '127.0.0.1:0']);
  const url = await first.line(/^heddle:/);
  const store = await embedded.open(url);
  onTestFinished(() => store.close());
  const nodes = { a: { roles: [{ name: 'r', command: ['true'], outputs: { port: 'port' } }] } };
  const text = JSON.stringify({ heddle: 1, deployment: 'd', nodes });
  const plan = compile(text, { file: 'heddle.yaml', directory: workspace.directory });
  const epoch = await startEpoch(store, plan);
  const session = await NodeSession.begin({ store, epoch, node: 'a', clock: systemClock });
  const output = plan.nodes[0]?.roles[0]?.outputs[0];
  if (output === undefined) throw new Error('no output');
  await publish(session, { role: 'r', output, value: 7 });

  first.kill('SIGTERM');
  await first.end;
  let waits: () => void = () => undefined;
  const hasSaid = new Promise<void>((resolve) => {
    waits = resolve;
  });
  const report = readReport(
    { store, epoch, node: 'a', names: ['port'] },
    {
      clock: systemClock,
      patienceMs: 300_000,
      signal: new AbortController().signal,
      say: (line) => {
        if (line.startsWith('waits for the store, ')) waits();
      },
    },
  );
  await Promise.race([hasSaid, report]);
  workspace.start(['store', 'data', '--listen', url.replace('heddle://', '')]);
  expect(await report).toEqual({ port: 7 });
});
