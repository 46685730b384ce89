import {
  declareLost,
  type Entry,
  type Epoch,
  HeddleError,
  type Key,
  NodeSession,
  type Plan,
  type RoleRecord,
  RoleReporter,
  requestRerun,
  type Store,
  startEpoch,
  systemClock,
  type WatchHandler,
} from '@heddle/core';
import { expect, it, onTestFinished } from 'vitest';
import { LostNodes } from '../../../src/runtime/steward/lost-nodes.ts';
import { begin, holdingPut, openFixtureStore, planOf } from '../fixture.ts';
import { ManualClock } from './manual-clock.ts';

const graceMs = 60_000;

const nodesOf = (concurrent: boolean) => ({
  db: {
    roles: [
      { name: 'mysql', outputs: { port: 'port', host: 'host' } },
      { name: 'backup', outputs: { target: 'target' } },
    ],
  },
  web: { roles: [{ name: 'app', concurrent, inputs: { port: '${db.port}' } }] },
});
const plan = planOf(nodesOf(false));

interface Scene {
  readonly store: Store;
  readonly epoch: Epoch;
  readonly clock: ManualClock;
  /** The agent of db. */
  readonly db: NodeSession;
  /** The first thing that kept the steward from judging. */
  readonly failed: Promise<unknown>;
  readonly lost: LostNodes;
  /** Resolve when the steward next reads the record of a role of db, or whether db is a member. */
  asked(name: string): Promise<void>;
}

/** An agent of db, and one of web that is steward. */
async function begun(seen: (store: Store) => Store = (store) => store, roles?: readonly string[]): Promise<Scene> {
  const store = await openFixtureStore();
  const epoch = await startEpoch(store, plan);
  const answersFor = roles === undefined ? {} : { roles };
  const db = await NodeSession.begin({ store, epoch, node: 'db', clock: systemClock, ...answersFor });
  const clock = new ManualClock();
  const asked = new Map<string, () => void>();
  const below = seen(store);
  const heard: Store = {
    ...below,
    async get(key, options) {
      const entry = await below.get(key, options);
      asked.get(key.at(-1) ?? '')?.();
      return entry;
    },
  };
  const session = await NodeSession.begin({ store: heard, epoch, node: 'web', clock });
  const rev = await session.write(epoch.keys.steward(), { node: 'web' }, { liveness: true });
  let fail: (thrown: unknown) => void = () => undefined;
  const failed = new Promise<unknown>((resolve) => {
    fail = resolve;
  });
  const election = { key: epoch.keys.steward(), rev };
  const lost = new LostNodes({ session, election, graceMs, onFailed: (thrown) => fail(thrown) });
  lost.start();
  const roleWatch = heard.watch(epoch.keys.roles(), lost.roles);
  onTestFinished(async () => {
    await lost.close();
    await roleWatch.close();
  });
  return {
    store,
    epoch,
    clock,
    db,
    failed,
    lost,
    asked: (name) => new Promise((resolve) => asked.set(name, resolve)),
  };
}

async function leave({ store, epoch }: Pick<Scene, 'store' | 'epoch'>, node: string): Promise<void> {
  const member = await store.get(epoch.keys.member(node));
  if (member === undefined) throw new Error(`${node} is no member`);
  await store.delete(member.key, { expect: { rev: member.rev } });
}

/** Make db a member, as its agent does. */
async function announce({ db, epoch }: Pick<Scene, 'db' | 'epoch'>): Promise<void> {
  await db.write(epoch.keys.member('db'), { node: 'db', incarnation: db.incarnation }, { liveness: true });
}

/** Resolve with the record of a role when it is in a state. */
function record({ store, epoch }: Scene, role: string, state: RoleRecord['state']): Promise<RoleRecord> {
  const nothing = () => undefined;
  return new Promise((resolve, reject) => {
    const watch = store.watch(epoch.keys.role('db', role), {
      state: ({ value }) => {
        const found = JSON.parse(new TextDecoder().decode(value)) as RoleRecord;
        if (found.state === state) watch.close().then(() => resolve(found), reject);
      },
      gone: nothing,
      synced: nothing,
      status: nothing,
      failed: reject,
    });
  });
}

async function stateOf({ store, epoch }: Scene, role: string): Promise<string | undefined> {
  const entry = await store.get(epoch.keys.role('db', role));
  return entry && (JSON.parse(new TextDecoder().decode(entry.value)) as RoleRecord).state;
}

it('an agent that has been gone for the grace period is lost: its roles that have not ended end, what it published stands', async () => {
  const scene = await begun();
  await new RoleReporter(scene.db, 'mysql').update({ state: 'running' });
  await scene.db.write(scene.epoch.keys.value('db', 'host'), { value: 'x' });
  await leave(scene, 'db');
  await scene.clock.running(1);
  scene.clock.advance(graceMs - 1);
  expect(await stateOf(scene, 'mysql')).toBe('running');
  scene.clock.advance(1);
  expect(await record(scene, 'mysql', 'lost')).toMatchObject({
    error: { code: 'producer-lost', message: 'db role mysql is lost: its agent has been gone for 1m' },
    unwritten: ['port'],
  });
  await record(scene, 'backup', 'lost');
  await expect(scene.db.write(scene.epoch.keys.value('db', 'port'), { value: 1 })).rejects.toMatchObject({
    code: 'fenced',
  });
  expect(await scene.store.get(scene.epoch.keys.value('db', 'host'))).toBeDefined();
});

it('an agent that is back in time costs nothing, and the next absence has a period of its own', async () => {
  const scene = await begun();
  await new RoleReporter(scene.db, 'mysql').update({ state: 'running' });
  await leave(scene, 'db');
  await scene.clock.running(1);
  scene.clock.advance(graceMs - 1);
  await scene.db.write(scene.epoch.keys.member('db'), { node: 'db' }, { liveness: true });
  await scene.clock.running(0);
  await leave(scene, 'db');
  await scene.clock.running(1);
  scene.clock.advance(graceMs - 1);
  expect(await stateOf(scene, 'mysql')).toBe('running');
  scene.clock.advance(1);
  await record(scene, 'mysql', 'lost');
});

it('a steward that was cut off itself gives everybody the whole period anew', async () => {
  const handlers: WatchHandler[] = [];
  const scene = await begun((store) => ({
    ...store,
    watch: (prefix: Key, handler: WatchHandler, options) => {
      if (['members', 'incarnations'].includes(prefix.at(-1) ?? '')) handlers.push(handler);
      return store.watch(prefix, handler, options);
    },
  }));
  await new RoleReporter(scene.db, 'mysql').update({ state: 'running' });
  await leave(scene, 'db');
  await scene.clock.running(1);
  scene.clock.advance(graceMs - 1);
  for (const handler of handlers) handler.status('down');
  await scene.clock.running(0);
  scene.clock.advance(graceMs);
  expect(await stateOf(scene, 'mysql')).toBe('running');
  for (const handler of handlers) {
    handler.status('up');
    handler.synced();
  }
  await scene.clock.running(1);
  scene.clock.advance(graceMs - 1);
  expect(await stateOf(scene, 'mysql')).toBe('running');
  scene.clock.advance(1);
  await record(scene, 'mysql', 'lost');
});

it('an agent that takes the node at the last moment keeps it', async () => {
  let held: ReturnType<typeof holdingPut> | undefined;
  const scene = await begun((store) => {
    held = holdingPut(store, (key) => key.at(-2) === 'incarnations' && key.at(-1) === 'db');
    return held.store;
  });
  await leave(scene, 'db');
  await scene.clock.running(1);
  scene.clock.advance(graceMs);
  await held?.reached;
  const { store, epoch } = scene;
  const again = await NodeSession.begin({ store, epoch, node: 'db', clock: systemClock });
  held?.release();
  await scene.lost.close();
  await new RoleReporter(again, 'mysql').update({ state: 'running' });
  expect(await stateOf(scene, 'mysql')).toBe('running');
});

it('an agent that is back keeps its node also when that has not been told yet', async () => {
  let isDeaf = false;
  const scene = await begun((store) => ({
    ...store,
    watch: (prefix, handler, options) => {
      const state: WatchHandler['state'] = (entry) => {
        if (!isDeaf) handler.state(entry);
      };
      return store.watch(prefix, { ...handler, state }, options);
    },
  }));
  await new RoleReporter(scene.db, 'mysql').update({ state: 'running' });
  await leave(scene, 'db');
  await scene.clock.running(1);
  isDeaf = true;
  await announce(scene);
  const asked = scene.asked('db');
  scene.clock.advance(graceMs);
  await asked;
  await new RoleReporter(scene.db, 'mysql').end({ state: 'done' });
  await scene.lost.close();
  expect(await stateOf(scene, 'mysql')).toBe('done');
});

it('an agent answers for the roles that it was started for, not for those that somebody starts later', async () => {
  const scene = await begun(undefined, ['mysql']);
  await new RoleReporter(scene.db, 'mysql').update({ state: 'running' });
  await leave(scene, 'db');
  await scene.clock.running(1);
  scene.clock.advance(graceMs);
  await record(scene, 'mysql', 'lost');
  await scene.clock.running(1);
  const asked = scene.asked('mysql');
  scene.clock.advance(graceMs);
  await asked;
  await scene.lost.close();
  expect(await stateOf(scene, 'backup')).toBeUndefined();
});

/** A scene in which db was declared lost by a write without an answer, and the steward has been told that it was made. */
async function declaredWithoutAnswer(heard: (entry: Entry) => void = () => undefined): Promise<Scene> {
  let isLosing = true;
  let tell: () => void = () => undefined;
  const told = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const isOfDb = (key: Key): boolean => key.at(-2) === 'incarnations' && key.at(-1) === 'db';
  const scene = await begun((store) => ({
    ...store,
    async put(key, value, options) {
      const result = await store.put(key, value, options);
      if (!isLosing || !isOfDb(key) || !result.ok) return result;
      isLosing = false;
      throw new HeddleError('ambiguous', 'the answer was lost');
    },
    watch: (prefix, handler, options) => {
      const state: WatchHandler['state'] = (entry) => {
        handler.state(entry);
        heard(entry);
        if (isOfDb(entry.key) && new TextDecoder().decode(entry.value).includes('isLost')) tell();
      };
      return store.watch(prefix, { ...handler, state }, options);
    },
  }));
  await new RoleReporter(scene.db, 'mysql').end({ state: 'failed' });
  await leave(scene, 'db');
  await scene.clock.running(1);
  scene.clock.advance(graceMs);
  await told;
  await scene.clock.running(1);
  return scene;
}

it('a node whose verdict had no answer is judged again as soon as it is told that the verdict was made', async () => {
  const scene = await declaredWithoutAnswer();
  expect(await stateOf(scene, 'backup')).toBeUndefined();
  scene.clock.advance(0);
  await record(scene, 'backup', 'lost');
});

it('a node whose verdict was refused is judged again when nobody answers whether this agent is still steward', async () => {
  let isRefused = false;
  let isUnanswered = false;
  const scene = await begun((store) => ({
    ...store,
    async put(key, value, options) {
      if (isRefused || key.at(-2) !== 'incarnations' || key.at(-1) !== 'db') return store.put(key, value, options);
      isRefused = true;
      throw new HeddleError('fenced', 'another agent took node db at the same time');
    },
    async get(key, options) {
      if (!isRefused || isUnanswered || key.at(-1) !== 'steward') return store.get(key, options);
      isUnanswered = true;
      throw new HeddleError('unavailable', 'no answer');
    },
  }));
  await new RoleReporter(scene.db, 'mysql').update({ state: 'running' });
  await leave(scene, 'db');
  await scene.clock.running(1);
  scene.clock.advance(graceMs);
  expect(await Promise.race([scene.clock.running(1), scene.failed])).toBeUndefined();
  expect(isUnanswered).toBe(true);
  expect(await stateOf(scene, 'mysql')).toBe('running');
  scene.clock.advance(1000);
  await record(scene, 'mysql', 'lost');
});

it('an agent that announced itself just before it was fenced is lost, also when the store leaves the steward without an answer then', async () => {
  let comeBack = async () => {};
  let isFenced = false;
  let isUnanswered = false;
  const scene = await begun((store) => ({
    ...store,
    async put(key, value, options) {
      if (key.at(-2) !== 'incarnations' || key.at(-1) !== 'db') return store.put(key, value, options);
      if (!isFenced) await comeBack();
      const result = await store.put(key, value, options);
      isFenced ||= result.ok;
      return result;
    },
    async get(key, options) {
      if (!isFenced || isUnanswered || key.at(-1) !== 'mysql') return store.get(key, options);
      isUnanswered = true;
      throw new HeddleError('unavailable', 'no answer');
    },
  }));
  comeBack = () => announce(scene);
  await new RoleReporter(scene.db, 'mysql').update({ state: 'running' });
  await leave(scene, 'db');
  await scene.clock.running(1);
  scene.clock.advance(graceMs);
  await scene.clock.running(1);
  expect(isUnanswered).toBe(true);
  scene.clock.advance(1000);
  await record(scene, 'mysql', 'lost');
});

it('roles that are asked to run again after a verdict without an answer have the whole period', async () => {
  let isAsked = false;
  let hear: () => void = () => undefined;
  const heard = new Promise<void>((resolve) => {
    hear = resolve;
  });
  const scene = await declaredWithoutAnswer(({ key }) => {
    if (isAsked && key.at(-1) === 'mysql') hear();
  });
  const fenced = await scene.store.get(scene.epoch.keys.incarnation('db'));
  isAsked = true;
  await requestRerun(scene.store, scene.epoch, [{ node: 'db', role: 'mysql' }], 'root@ops', systemClock);
  await heard;
  scene.clock.advance(graceMs - 1);
  await scene.clock.running(1);
  expect(await scene.store.get(scene.epoch.keys.incarnation('db'))).toEqual(fenced);
  scene.clock.advance(1);
  await record(scene, 'mysql', 'lost');
});

it('an agent whose roles have all ended may go', async () => {
  const scene = await begun();
  for (const role of ['mysql', 'backup']) await new RoleReporter(scene.db, role).end({ state: 'done' });
  const before = await scene.store.get(scene.epoch.keys.incarnation('db'));
  await leave(scene, 'db');
  await scene.clock.running(1);
  const asked = scene.asked('backup');
  scene.clock.advance(graceMs);
  await asked;
  await scene.lost.close();
  expect(await scene.store.get(scene.epoch.keys.incarnation('db'))).toEqual(before);
});

it.each([
  ['roles that are asked to run again have the whole period for an agent to come', true],
  ['roles that are asked to run again have it also when that has not been told yet', false],
])('%s', async (_title, isTold) => {
  let hear: () => void = () => undefined;
  const heard = new Promise<void>((resolve) => {
    hear = resolve;
  });
  let isAsked = false;
  const scene = await begun((store) => ({
    ...store,
    watch: (prefix, handler, options) => {
      const state: WatchHandler['state'] = (entry) => {
        if (isTold || !isAsked) handler.state(entry);
        if (isAsked && entry.key.at(-1) === 'mysql') hear();
      };
      return store.watch(prefix, { ...handler, state }, options);
    },
  }));
  const { store, epoch, clock } = scene;
  for (const role of ['mysql', 'backup']) await new RoleReporter(scene.db, role).end({ state: 'failed' });
  await leave(scene, 'db');
  await clock.running(1);
  clock.advance(graceMs - 1);
  const before = await store.get(epoch.keys.incarnation('db'));
  isAsked = true;
  await requestRerun(store, epoch, [{ node: 'db', role: 'mysql' }], 'root@ops', systemClock);
  await heard;
  clock.advance(1);
  await clock.running(1);
  expect(await store.get(epoch.keys.incarnation('db'))).toEqual(before);
  if (!isTold) return;
  clock.advance(graceMs - 1);
  await record(scene, 'mysql', 'lost');
});

it('a node that is kept for an agent that has not been started yet is not lost', async () => {
  const scene = await begun();
  const { store, epoch, clock } = scene;
  await leave(scene, 'db');
  await clock.running(1);
  await NodeSession.begin({ store, epoch, node: 'db', clock: systemClock, announce: false });
  await clock.running(0);
  clock.advance(graceMs);
  await NodeSession.begin({ store, epoch, node: 'db', clock: systemClock });
  await leave(scene, 'db');
  await clock.running(1);
});

it('whoever is no longer steward declares nobody lost, and says so', async () => {
  const scene = await begun();
  await new RoleReporter(scene.db, 'mysql').update({ state: 'running' });
  const { store, epoch } = scene;
  const election = await store.get(epoch.keys.steward());
  if (election !== undefined) await store.delete(election.key, { expect: { rev: election.rev } });
  await leave(scene, 'db');
  await scene.clock.running(1);
  scene.clock.advance(graceMs);
  expect(await scene.failed).toMatchObject({ code: 'fenced' });
  expect(await stateOf(scene, 'mysql')).toBe('running');
});

it.each([
  ['readers', false],
  ['readers in several threads', true],
])(
  '%s of a node that is lost end at once, when any agent waits long enough to be steward',
  async (_who, concurrent) => {
    const short: Plan = { ...planOf(nodesOf(concurrent)), graceMs: 300 };
    const { store, epoch, nodes } = await begin(short);
    const mysql = await nodes['db']?.run('mysql');
    await mysql?.update({ step: 'package[mysql]' });
    const reading = nodes['web']?.read('app', 'port').catch((thrown: unknown) => thrown);
    await nodes['web']?.nextRecord();
    await leave({ store, epoch }, 'db');
    const error = await reading;
    if (!(error instanceof HeddleError)) throw new Error(`it gave ${String(error)}`);
    expect(error).toMatchObject({ code: 'producer-lost', exitCode: 21 });
    expect(error.notes).toEqual(['cause: db role mysql is lost: its agent has been gone for 300ms']);
    expect(await declareLost(store, epoch, 'db', 'twice', systemClock)).toEqual([]);
  },
);
