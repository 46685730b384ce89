import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HeddleError, openEpoch, startEpoch } from '@heddle/core';
import { expect, it, onTestFinished } from 'vitest';
import { openFixtureStore, planOf } from '../../core/test/runtime/fixture.ts';
import command from '../src/adapters/command.ts';
import { Agent } from '../src/agent.ts';

it('a role that is stopped while its run is prepared does not start', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'heddle-agent-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const store = await openFixtureStore();
  const started = join(directory, 'started');
  await startEpoch(store, planOf({ a: { roles: [{ name: 'r', command: ['touch', started] }] } }));
  const agent: Agent = new Agent({
    store,
    epoch: await openEpoch(store, 'test', '1'),
    node: 'a',
    nodeDirectory: join(directory, 'node'),
    socketPath: join(directory, 'agent.sock'),
    version: '0',
    adapters: new Map([
      [
        'command',
        async () => ({
          default: {
            ...command,
            prepare: async (...words: Parameters<typeof command.prepare>) => {
              agent.stop(new HeddleError('interrupted', 'a was interrupted by SIGINT'));
              return command.prepare(...words);
            },
          },
        }),
      ],
    ]),
  });
  expect(await agent.run()).toMatchObject([{ state: 'aborted', error: { code: 'interrupted' } }]);
  await expect(access(started)).rejects.toMatchObject({ code: 'ENOENT' });
});
