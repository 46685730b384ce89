import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  abortEpoch,
  liftAbort,
  NodeSession,
  openEpoch,
  publish,
  type Store,
  startEpoch,
  systemClock,
} from '@heddle/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openFixtureStore, planOf } from '../../core/test/runtime/fixture.ts';
import command from '../src/adapters/command.ts';
import { Agent } from '../src/agent.ts';

/** A node whose roles note each of their runs in a file; `second` fails while there is no file `repaired`. */
async function place() {
  const directory = await mkdtemp(join(tmpdir(), 'heddle-agent-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const note = (name: string) => `echo ${name} >> ${directory}/runs`;
  const plan = planOf({
    a: {
      roles: [
        { name: 'first', command: ['sh', '-c', note('first')] },
        { name: 'second', command: ['sh', '-c', `${note('second')}; test -e ${directory}/repaired`] },
        { name: 'third', command: ['sh', '-c', note('third')] },
      ],
    },
    b: { roles: [{ name: 'write', outputs: { word: 'word' } }] },
  });
  const store = await openFixtureStore();
  const epoch = await startEpoch(store, plan);
  return {
    directory,
    plan,
    store,
    epoch,
    runs: async () => (await readFile(join(directory, 'runs'), 'utf8')).split('\n').slice(0, -1),
  };
}

async function runAgent(store: Store, directory: string) {
  const agent = new Agent({
    store,
    epoch: await openEpoch(store, 'test', '1'),
    node: 'a',
    nodeDirectory: join(directory, 'node'),
    socketPath: join(directory, 'agent.sock'),
    version: '0',
    adapters: new Map([['command', async () => ({ default: command })]]),
  });
  return agent.run();
}

describe('an agent that is started again in the same epoch', () => {
  it('does not run again what has ended well, and runs what has failed', async () => {
    const { directory, store, runs } = await place();
    expect(await runAgent(store, directory)).toMatchObject([{ state: 'done' }, { state: 'failed' }, { state: 'done' }]);
    await writeFile(join(directory, 'repaired'), '');
    expect(await runAgent(store, directory)).toMatchObject([{ state: 'done' }, { state: 'done' }, { state: 'done' }]);
    expect(await runs()).toEqual(['first', 'second', 'third', 'second']);
  });

  it('runs what was aborted when the abort is lifted', async () => {
    const { directory, store, epoch, runs } = await place();
    await writeFile(join(directory, 'repaired'), '');
    await abortEpoch(store, epoch, { by: 'root@ops' }, systemClock);
    expect(await runAgent(store, directory)).toMatchObject([
      { state: 'aborted' },
      { state: 'aborted' },
      { state: 'aborted' },
    ]);
    await liftAbort(store, epoch);
    expect(await runAgent(store, directory)).toMatchObject([{ state: 'done' }, { state: 'done' }, { state: 'done' }]);
    expect(await runs()).toEqual(['first', 'second', 'third']);
  });
});

describe('a value that is published again by a later run', () => {
  it('keeps its revision while it is equal, and gets a new one when it is not', async () => {
    const { plan, store, epoch } = await place();
    const output = plan.nodes[1]?.roles[0]?.outputs[0];
    if (output === undefined) throw new Error('no output');
    const publishAs = async (value: string) => {
      const session = await NodeSession.begin({ store, epoch, node: 'b', clock: systemClock });
      return publish(session, { role: 'write', output, value, isFirst: true });
    };
    const first = await publishAs('hello');
    expect(await publishAs('hello')).toBe(first);
    expect(await publishAs('other')).not.toBe(first);
  });
});
