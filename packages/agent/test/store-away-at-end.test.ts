import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  HeddleError,
  openEpoch,
  parse,
  type RoleRecord,
  requestRerun,
  type Store,
  startEpoch,
  systemClock,
} from '@heddle/core';
import { expect, it, onTestFinished } from 'vitest';
import { openFixtureStore, planOf } from '../../core/test/runtime/fixture.ts';
import command from '../src/adapters/command.ts';
import { Agent } from '../src/agent.ts';

async function folder(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'heddle-agent-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function agentOf(store: Store, directory: string): Promise<Agent> {
  return new Agent({
    store,
    epoch: await openEpoch(store, 'test', '1'),
    node: 'a',
    nodeDirectory: join(directory, 'node'),
    socketPath: join(directory, 'agent.sock'),
    version: '0',
    adapters: new Map([['command', async () => ({ default: command })]]),
  });
}

/** A store that does not answer for so many ms, from the write that `isLast` on. */
function awayFrom(store: Store, isLast: (value: string) => boolean, awayMs: number): Store {
  let backMs = Number.NEGATIVE_INFINITY;
  let isUsedUp = false;
  const check = () => {
    if (performance.now() < backMs) throw new HeddleError('unavailable', 'no answer');
  };
  return {
    ...store,
    async put(key, value, options) {
      if (!isUsedUp && isLast(Buffer.from(value).toString())) {
        isUsedUp = true;
        backMs = performance.now() + awayMs;
      }
      check();
      return store.put(key, value, options);
    },
    async get(...words) {
      check();
      return store.get(...words);
    },
    async list(...words) {
      check();
      return store.list(...words);
    },
    async delete(...words) {
      check();
      return store.delete(...words);
    },
  };
}

it('the end of the last role is recorded also when the store goes at that moment, and comes back', async () => {
  const store = await openFixtureStore();
  const epoch = await startEpoch(store, planOf({ a: { roles: [{ name: 'r', command: ['sh', '-c', 'exit 7'] }] } }));
  const away = awayFrom(store, (value) => value.includes('"state":"failed"'), 5000);
  expect(await (await agentOf(away, await folder())).run()).toMatchObject([{ state: 'failed' }]);
  const entry = await store.get(epoch.keys.role('a', 'r'));
  expect(entry && parse<RoleRecord>(entry).state).toBe('failed');
});

it('a role that ended well is run again by its agent when somebody asks for it before the last one has ended', async () => {
  const directory = await folder();
  const store = await openFixtureStore();
  const plan = planOf({
    a: {
      roles: [
        { name: 'first', command: ['sh', '-c', `echo first >> ${directory}/runs`] },
        {
          name: 'last',
          command: ['sh', '-c', `echo last >> ${directory}/runs; until test -e ${directory}/go; do sleep 0.05; done`],
        },
      ],
    },
  });
  const epoch = await startEpoch(store, plan);
  const agent = await agentOf(store, directory);
  const begun = new Promise<void>((resolve) => {
    agent.events.listen((event) => {
      if (event.type === 'role' && event.role === 'last' && event.state === 'running') resolve();
    });
  });
  const running = agent.run();
  await begun;
  await requestRerun(store, epoch, [{ node: 'a', role: 'first' }], 'root@ops', systemClock);
  await writeFile(join(directory, 'go'), '');
  expect(await running).toMatchObject([{ state: 'done' }, { state: 'done' }]);
  expect(await readFile(join(directory, 'runs'), 'utf8')).toBe('first\nlast\nfirst\n');
  expect(await store.get(epoch.keys.retry('a'))).toBeUndefined();
});
