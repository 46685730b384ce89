import { constants } from 'node:fs';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  declareLost,
  type Epoch,
  HeddleError,
  type Key,
  NodeSession,
  openEpoch,
  type RoleRecord,
  type Store,
  startEpoch,
  systemClock,
  type WatchHandler,
} from '@heddle/core';
import { execa } from 'execa';
import { expect, it, onTestFinished } from 'vitest';
import { openFixtureStore, planOf } from '../../core/test/runtime/fixture.ts';
import command from '../src/adapters/command.ts';
import { Agent } from '../src/agent.ts';
import type { AgentEvent } from '../src/events/events.ts';

interface Scene {
  readonly store: Store;
  readonly epoch: Epoch;
  readonly agent: Agent;
  readonly events: AgentEvent[];
  /** Let one run of the second role go on. */
  openGate(): Promise<void>;
  /** The roles that were run, in order. */
  runs(): Promise<readonly string[]>;
  /** Resolve when a run of the second role begins that was not told yet. */
  begun(): Promise<void>;
  /** Tell the agent that its store session was lost and another one began. */
  loseSession(): void;
  /** Let the store not answer when the node is taken the next time, nor when its roles are looked at. */
  missAnswers(): void;
}

/** An agent of two roles: the first one ends by itself, the second one at the gate. */
async function scene(): Promise<Scene> {
  const directory = await mkdtemp(join(tmpdir(), 'heddle-agent-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const [gate, log] = [join(directory, 'gate'), join(directory, 'log')];
  await execa('mkfifo', [gate]);
  const pipe = await open(gate, constants.O_RDWR | constants.O_NONBLOCK);
  onTestFinished(() => pipe.close());
  const run = (name: string, more = 'true') => ['sh', '-c', `echo ${name} >> ${log}; echo began; ${more}`];
  const roles = [
    { name: 'first', command: run('first') },
    { name: 'second', command: run('second', `read line < ${gate}`) },
  ];
  const store = await openFixtureStore();
  await startEpoch(store, planOf({ a: { roles } }));
  const handlers: WatchHandler[] = [];
  const unanswered = new Set<string>();
  const answer = (key: Key) => {
    const kind = ['incarnations', 'roles'].find((name) => key.includes(name)) ?? '';
    if (unanswered.delete(kind)) throw new HeddleError('unavailable', 'no answer');
  };
  const heard: Store = {
    ...store,
    async put(key, value, options) {
      if (key.includes('incarnations')) answer(key);
      return store.put(key, value, options);
    },
    async list(prefix, options) {
      answer(prefix);
      return store.list(prefix, options);
    },
    watch(prefix, handler, options) {
      if (prefix.at(-1) === 'abort') handlers.push(handler);
      return store.watch(prefix, handler, options);
    },
  };
  const epoch = await openEpoch(heard, 'test', '1');
  const agent = new Agent({
    store: heard,
    epoch,
    node: 'a',
    nodeDirectory: join(directory, 'node'),
    socketPath: join(directory, 'agent.sock'),
    version: '0',
    adapters: new Map([['command', async () => ({ default: command })]]),
  });
  const events: AgentEvent[] = [];
  let began = 0;
  let tell: () => void = () => undefined;
  agent.events.listen((event) => {
    events.push(event);
    if (event.type !== 'output' || event.role !== 'second' || event.line !== 'began') return;
    began += 1;
    tell();
  });
  return {
    store,
    epoch,
    agent,
    events,
    openGate: async () => void (await pipe.write('go\n')),
    runs: async () => (await readFile(log, 'utf8')).trim().split('\n'),
    async begun() {
      if (began === 0) {
        await new Promise<void>((resolve) => {
          tell = resolve;
        });
      }
      began -= 1;
    },
    missAnswers: () => ['incarnations', 'roles'].forEach((kind) => unanswered.add(kind)),
    loseSession: () => handlers.at(-1)?.status('session-lost'),
  };
}

/** Declare the agent of node a lost, as a steward does that has not seen it for the grace period. */
async function lose({ store, epoch }: Scene): Promise<void> {
  const incarnation = await store.get(epoch.keys.incarnation('a'));
  if (incarnation === undefined) throw new Error('nobody has node a');
  const guard = epoch.openGuard;
  const lost = await declareLost(store, epoch, 'a', 'it was asleep', systemClock, {
    lost: { rev: incarnation.rev, guard },
  });
  expect(lost.map(({ role }) => role)).toEqual(['second']);
}

async function stateOf({ store, epoch }: Scene, role: string): Promise<string | undefined> {
  const entry = await store.get(epoch.keys.role('a', role));
  return entry && (JSON.parse(Buffer.from(entry.value).toString()) as RoleRecord).state;
}

it('an agent that learns that it was declared lost interrupts its role, takes the node again and runs the role again', async () => {
  const all = await scene();
  const running = all.agent.run();
  await all.begun();
  await lose(all);
  expect(await stateOf(all, 'second')).toBe('lost');
  all.loseSession();
  await all.begun();
  expect(await stateOf(all, 'second')).toBe('running');
  await all.openGate();
  expect(await running).toMatchObject([{ state: 'done' }, { state: 'done' }]);
  expect(await all.runs()).toEqual(['first', 'second', 'second']);
  expect(await stateOf(all, 'second')).toBe('done');
  expect(all.events.filter(({ type }) => type === 'warning')).toMatchObject([
    {
      message:
        'node a was declared lost while its agent could not be seen: it takes the node again and runs what it had not ended',
    },
  ]);
});

it('an agent takes its node again also while the store misses answers', async () => {
  const all = await scene();
  const running = all.agent.run();
  await all.begun();
  await lose(all);
  all.missAnswers();
  all.loseSession();
  await all.begun();
  await all.openGate();
  expect(await running).toMatchObject([{ state: 'done' }, { state: 'done' }]);
  expect(await all.runs()).toEqual(['first', 'second', 'second']);
});

it('an agent whose end record is refused because it was declared lost runs that role again, and no other', async () => {
  const all = await scene();
  const running = all.agent.run();
  await all.begun();
  await lose(all);
  await all.openGate();
  await all.begun();
  await all.openGate();
  expect(await running).toMatchObject([{ state: 'done' }, { state: 'done' }]);
  expect(await all.runs()).toEqual(['first', 'second', 'second']);
});

it('an agent whose node another agent has taken leaves it to that one', async () => {
  const all = await scene();
  const { store, epoch } = all;
  const running = all.agent.run();
  await all.begun();
  await NodeSession.begin({ store, epoch, node: 'a', clock: systemClock });
  all.loseSession();
  await expect(running).rejects.toMatchObject({ code: 'fenced' });
  expect(await all.runs()).toEqual(['first', 'second']);
});
