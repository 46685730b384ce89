import { constants } from 'node:fs';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  declareLost,
  type Entry,
  type Epoch,
  encodeRecord,
  growEpoch,
  type Json,
  openEpoch,
  type Plan,
  type PlanRole,
  parse,
  type RoleRecord,
  roleDigest,
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

interface Scene {
  readonly store: Store;
  readonly epoch: Epoch;
  readonly agent: Agent;
  readonly planWith: (count: number) => Plan;
  /** Resolves when the role that is held has begun, once for each run. */
  begun(): Promise<void>;
  /** Let one run of the role that is held end. */
  release(): Promise<void>;
  /** The roles that were run, in order. */
  runs(): Promise<readonly string[]>;
  /** Called before the store writes a record of a role. */
  beforeRecord: (record: RoleRecord) => Promise<void>;
  /** Tell the agent that its store session was lost and another one began. */
  loseSession(): void;
}

/** An agent of node a with these roles; `hold` ends when it is released. */
async function scene(order: readonly ('hold' | 'list')[]): Promise<Scene> {
  const directory = await mkdtemp(join(tmpdir(), 'heddle-agent-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const [gate, log] = [join(directory, 'gate'), join(directory, 'log')];
  await execa('mkfifo', [gate]);
  const pipe = await open(gate, constants.O_RDWR | constants.O_NONBLOCK);
  onTestFinished(() => pipe.close());
  const run = (name: string, more: string) => ['sh', '-c', `echo ${name} >> ${log}; echo began; ${more}`];
  const roles = {
    hold: { name: 'hold', command: run('hold', `read line < ${gate}`) },
    list: { name: 'list', command: run('list', 'true'), inputs: { peers: '${web[*].ip}' } },
  };
  const planWith = (count: number) =>
    planOf({
      web: { count, roles: [{ name: 'app', outputs: { ip: 'ip' } }] },
      a: { roles: order.map((name) => roles[name]) },
    });
  const store = await openFixtureStore();
  await startEpoch(store, planWith(2));
  const handlers: WatchHandler[] = [];
  const heard: Store = {
    ...store,
    async put(key, value, options) {
      if (key.includes('roles')) await told.beforeRecord(parse<RoleRecord>({ key, value } as Entry));
      return store.put(key, value, options);
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
  let began = 0;
  let tell: () => void = () => undefined;
  agent.events.listen((event) => {
    if (event.type !== 'output' || event.role !== 'hold' || event.line !== 'began') return;
    began += 1;
    tell();
  });
  const told: Scene = {
    store,
    epoch,
    agent,
    planWith,
    async begun() {
      if (began === 0) await new Promise<void>((resolve) => void (tell = resolve));
      began -= 1;
    },
    release: async () => void (await pipe.write('go\n')),
    runs: async () => (await readFile(log, 'utf8')).trim().split('\n'),
    beforeRecord: async () => undefined,
    loseSession: () => handlers.at(-1)?.status('session-lost'),
  };
  return told;
}

/** Let the group web grow as somebody else does, who has its outdated roles run by nobody. */
async function grow({ store, epoch, planWith }: Scene, count: number): Promise<readonly string[]> {
  const options = { by: 'root@ops', clock: systemClock, credentials: new Map() };
  const grown = await growEpoch(store, epoch, planWith(count), options);
  await grown.announce();
  return grown.outdated.map(({ node, role }) => `${node}.${role}`);
}

function roleOf({ planWith }: Scene, count: number): PlanRole {
  const role = planWith(count)
    .nodes.find(({ name }) => name === 'a')
    ?.roles.find(({ name }) => name === 'list');
  if (role === undefined) throw new Error('node a has no role list');
  return role;
}

async function recordOf({ store, epoch }: Scene): Promise<RoleRecord | undefined> {
  const entry = await store.get(epoch.keys.role('a', 'list'));
  return entry && parse<RoleRecord>(entry);
}

it('a role that has not begun when a group grows runs by the larger plan', async () => {
  const all = await scene(['hold', 'list']);
  const running = all.agent.run();
  await all.begun();
  expect(await grow(all, 3)).toEqual([]);
  await all.release();
  await running;
  expect(await all.runs()).toEqual(['hold', 'list']);
  expect(await recordOf(all)).toMatchObject({ state: 'done', digest: roleDigest(roleOf(all, 3)) });
});

it('a role that is about to begin when a group grows, and that nobody asks for again, runs again', async () => {
  const all = await scene(['hold', 'list']);
  let isGrown = false;
  all.beforeRecord = async ({ role, state }) => {
    if (role !== 'list' || state !== 'running' || isGrown) return;
    isGrown = true;
    expect(await grow(all, 3)).toEqual([]);
  };
  const running = all.agent.run();
  await all.begun();
  await all.release();
  await running;
  expect(await all.runs()).toEqual(['hold', 'list', 'list']);
  expect(await recordOf(all)).toMatchObject({ state: 'done', digest: roleDigest(roleOf(all, 3)) });
});

it('an agent that takes its node again runs no role again that ended well by the larger plan', async () => {
  const all = await scene(['list', 'hold']);
  const { store, epoch } = all;
  const running = all.agent.run();
  await all.begun();
  await grow(all, 3);
  // As the agent would have written it, had it run the role again before it was declared lost.
  const entry = await store.get(epoch.keys.role('a', 'list'));
  if (entry === undefined) throw new Error('list has no record');
  const record = { ...parse<RoleRecord>(entry), digest: roleDigest(roleOf(all, 3)) };
  await store.put(entry.key, encodeRecord(record as unknown as Json), { expect: { rev: entry.rev } });
  const incarnation = await store.get(epoch.keys.incarnation('a'));
  await declareLost(store, epoch, 'a', 'it was asleep', systemClock, {
    lost: { rev: incarnation?.rev ?? '', guard: epoch.openGuard },
  });
  all.loseSession();
  await all.begun();
  await all.release();
  await running;
  expect(await all.runs()).toEqual(['list', 'hold', 'hold']);
});
