import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HeddleError, openEpoch, type Store, startEpoch } from '@heddle/core';
import { expect, it, onTestFinished } from 'vitest';
import { openFixtureStore, planOf } from '../../core/test/runtime/fixture.ts';
import command from '../src/adapters/command.ts';
import { Agent } from '../src/agent.ts';
import type { AgentEvent } from '../src/events/events.ts';

it('a role whose end cannot be recorded tells what it failed of all the same', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'heddle-agent-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const store = await openFixtureStore();
  await startEpoch(store, planOf({ a: { roles: [{ name: 'r', command: ['sh', '-c', 'exit 7'] }] } }));
  const losing: Store = {
    ...store,
    async put(key, value, options) {
      const isEnd = Buffer.from(value).toString().includes('"state":"failed"');
      if (isEnd) throw new HeddleError('closed', 'the store connection is closed');
      return store.put(key, value, options);
    },
  };
  const agent = new Agent({
    store: losing,
    epoch: await openEpoch(losing, 'test', '1'),
    node: 'a',
    nodeDirectory: join(directory, 'node'),
    socketPath: join(directory, 'agent.sock'),
    version: '0',
    adapters: new Map([['command', async () => ({ default: command })]]),
  });
  const events: AgentEvent[] = [];
  agent.events.listen((event) => void events.push(event));
  await expect(agent.run()).rejects.toMatchObject({ code: 'closed' });
  expect(events.filter(({ type }) => type === 'error')).toMatchObject([
    { role: 'r', error: { code: 'role-failed', message: 'a role r failed: exit code 7' } },
  ]);
});
