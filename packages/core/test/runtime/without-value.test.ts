import {
  declareLost,
  decodeRecord,
  HeddleError,
  type Key,
  NodeSession,
  publish,
  type RoleRecord,
  RoleReporter,
  readSlice,
  recallValues,
  type Store,
  startEpoch,
  systemClock,
  type WatchHandler,
} from '@heddle/core';
import { expect, it } from 'vitest';
import { type Outcome, OutputWaiter } from '../../src/runtime/wait/output-waiter.ts';
import { openFixtureStore, planOf, TestNode } from './fixture.ts';

const plan = planOf({
  db: { roles: [{ name: 'mysql', outputs: { port: 'port', host: 'host' } }] },
  web: { roles: [{ name: 'app', inputs: { port: '${db.port}' } }] },
});
const outputs = ['port', 'host'];

async function scene() {
  const store = await openFixtureStore();
  const epoch = await startEpoch(store, plan);
  const begin = (through: Store = store, outageMs = 0) =>
    NodeSession.begin({ store: through, epoch, node: 'db', clock: systemClock, outageMs });
  const give = (session: NodeSession, name: string) => {
    const output = plan.nodes.find((node) => node.name === 'db')?.roles[0]?.outputs.find((one) => one.name === name);
    if (output === undefined) throw new Error(`no output ${name}`);
    return publish(session, { role: 'mysql', output, value: 1 });
  };
  const record = async () => {
    const entry = await store.get(epoch.keys.role('db', 'mysql'));
    return entry && (decodeRecord(entry.value) as unknown as RoleRecord);
  };
  return { store, epoch, begin, give, record };
}

it('an end record names the outputs that have no value', async () => {
  const { begin, give, record } = await scene();
  const session = await begin();
  await give(session, 'port');
  await new RoleReporter(session, 'mysql', outputs).end({ state: 'done' });
  expect((await record())?.withoutValue).toEqual(['host']);
});

it('a reader fails of a record that names its output, and looks at the value no more', async () => {
  const { store, epoch, begin } = await scene();
  const looks: string[] = [];
  const noting: Store = {
    ...store,
    get(key, options) {
      looks.push(key.slice(epoch.keys.root.length).join('/'));
      return store.get(key, options);
    },
  };
  const session = await begin();
  const web = await TestNode.begin(noting, epoch, plan, 'web');
  const recorded = web.nextRecord();
  const failed = web.read('app', 'port').catch((thrown: HeddleError) => thrown);
  await recorded;
  looks.length = 0;
  await new RoleReporter(session, 'mysql', outputs).end({ state: 'failed', exitCode: 1 });
  expect(await failed).toMatchObject({ code: 'producer-failed' });
  expect(looks).toEqual([]);
});

it('an output is not named of whose publication nobody knows what became, and its reader looks', async () => {
  const { store, epoch, begin, give, record } = await scene();
  let land: (() => Promise<unknown>) | undefined;
  const losing: Store = {
    ...store,
    async put(key, value, options) {
      if (!key.includes('values')) return store.put(key, value, options);
      land = () => store.put(key, value, options);
      throw new HeddleError('unavailable', 'no answer');
    },
  };
  const session = await begin(losing);
  const web = await TestNode.begin(store, epoch, plan, 'web');
  await expect(give(session, 'port')).rejects.toMatchObject({ code: 'unavailable' });
  // It was made after all.
  await land?.();
  await new RoleReporter(session, 'mysql', outputs).end({ state: 'failed', exitCode: 1 });
  expect((await record())?.withoutValue).toEqual(['host']);
  expect((await web.read('app', 'port')).value).toBe(1);
});

it('a later agent names nothing until it has looked at what earlier ones have written', async () => {
  const { store, epoch, begin, give, record } = await scene();
  await give(await begin(), 'port');
  const later = await begin();
  await new RoleReporter(later, 'mysql', outputs).end({ state: 'failed' });
  expect(await record()).not.toHaveProperty('withoutValue');
  await recallValues(later, await readSlice(store, epoch, 'db'));
  await new RoleReporter(later, 'mysql', outputs).end({ state: 'failed' });
  expect((await record())?.withoutValue).toEqual(['host']);
});

it('the record of a lost role names the outputs that nobody can write any more', async () => {
  const { store, epoch, begin, give, record } = await scene();
  await give(await begin(), 'port');
  await declareLost(store, epoch, 'db', 'it is gone', systemClock);
  expect(await record()).toMatchObject({ state: 'lost', withoutValue: ['host'] });
});

it('a record of an earlier run that is told after the value changes nothing', async () => {
  const { store, epoch, begin, give } = await scene();
  await give(await begin(), 'port');
  const value = await store.get(epoch.keys.value('db', 'port'));
  if (value === undefined) throw new Error('there is no value');
  const handlers = new Map<string, WatchHandler>();
  const name = (key: Key) => key.join('/');
  const told: Store = {
    ...store,
    watch(key, handler) {
      handlers.set(name(key), handler);
      return { close: async () => undefined };
    },
  };
  const outcomes: Outcome['kind'][] = [];
  const session = { store: told, epoch, clock: systemClock };
  const ref = { node: 'db', output: 'port' };
  const waiter = new OutputWaiter(session, ref, 'mysql', ({ kind }) => outcomes.push(kind), { once: false });
  waiter.start();
  handlers.get(name(value.key))?.state(value);
  const end: RoleRecord = { state: 'failed', node: 'db', role: 'mysql', incarnation: '1', withoutValue: ['port'] };
  const key = epoch.keys.role('db', 'mysql');
  handlers.get(name(key))?.state({ key, rev: '1', value: Buffer.from(JSON.stringify(end)) });
  // What it looks up again is told by the value's own key.
  await store.get(value.key);
  await waiter.stop();
  expect(outcomes.filter((kind) => kind === 'never')).toEqual([]);
});
