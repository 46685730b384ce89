import {
  HeddleError,
  readSlice,
  recallValues,
  type Store,
  startEpoch,
  type VerdictRecord,
  type WaitRecord,
} from '@heddle/core';
import { expect, it } from 'vitest';
import { isConfirmed } from '../../../src/runtime/steward/confirm.ts';
import type { GraphWait } from '../../../src/runtime/steward/wait-graph.ts';
import { decodeRecord, encodeRecord } from '../../../src/store/store.ts';
import { begin, openFixtureStore, planOf, TestNode } from '../fixture.ts';
import { told } from './election.ts';

const crossed = planOf({
  db: { roles: [{ name: 'mysql', inputs: { ip: '${web.ip}' }, outputs: { port: 'port' } }] },
  web: { roles: [{ name: 'app', inputs: { port: '${db.port}' }, outputs: { ip: 'ip' } }] },
});

function nodeOf(nodes: Readonly<Record<string, TestNode>>, name: string): TestNode {
  const node = nodes[name];
  if (node === undefined) throw new Error(`no node ${name}`);
  return node;
}

/** The wait of a node as it stands in the store. */
async function waitOf({ session }: TestNode, role: string): Promise<GraphWait> {
  const entry = await session.store.get(session.epoch.keys.wait(session.node, role, 1));
  if (entry === undefined) throw new Error('no wait is recorded');
  return { key: entry.key, rev: entry.rev, record: decodeRecord(entry.value) as unknown as WaitRecord };
}

function codeOf(reading: Promise<unknown>): Promise<string> {
  return reading.then(
    () => 'value',
    (error: HeddleError) => error.code,
  );
}

it('the wait of an earlier agent of a node proves nothing: the next one need not wait', async () => {
  const { store, epoch, nodes } = await begin(crossed);
  const db = nodeOf(nodes, 'db');
  const reading = codeOf(db.read('mysql', 'ip', { timeoutMs: 2000 }));
  await db.nextRecord();
  const wait = await waitOf(db, 'mysql');
  const wants = [{ producer: 'web.app', output: 'web.ip' }];
  const evidence = { blocked: [{ role: 'db.mysql', needs: [], wait }], wants };
  const judge = nodeOf(nodes, 'web');
  expect(await isConfirmed(judge.session, evidence, { found: () => undefined })).toBe(true);
  await TestNode.begin(store, epoch, crossed, 'db');
  expect(await isConfirmed(judge.session, evidence, { found: () => undefined })).toBe(false);
  await judge.publish('app', 'ip', '10.0.0.2');
  expect(await reading).toBe('value');
});

it('a value that the steward finds proves that nobody waits for it, and is known from then on', async () => {
  const { nodes } = await begin(crossed);
  const [db, judge] = [nodeOf(nodes, 'db'), nodeOf(nodes, 'web')];
  await judge.publish('app', 'ip', '10.0.0.2');
  const found: string[] = [];
  const evidence = {
    blocked: [{ role: 'web.app', needs: [], wait: undefined }],
    wants: [{ producer: 'web.app', output: 'web.ip' }],
  };
  expect(await isConfirmed(judge.session, evidence, { found: (output) => void found.push(output) })).toBe(false);
  expect(found).toEqual(['web.ip']);
  await db.session.recorded();
});

/** A store that denies the values of a node. */
function denying(store: Store, node: string): Store {
  return {
    ...store,
    get: async (key, options) => {
      if (key.includes('values') && key.includes(node)) throw new HeddleError('denied', 'no right to read it');
      return store.get(key, options);
    },
  };
}

it('what the steward may not read is what the wait of its node says: that tells of earlier agents too', async () => {
  const { store, epoch, nodes } = await begin(crossed);
  const { session } = await TestNode.begin(denying(store, 'web'), epoch, crossed, 'db');
  await nodeOf(nodes, 'web').publish('app', 'ip', '10.0.0.2');
  const web = await TestNode.begin(store, epoch, crossed, 'web');
  await recallValues(web.session, await readSlice(store, epoch, 'web'));
  const reading = codeOf(web.read('app', 'port', { timeoutMs: 2000 }));
  await web.nextRecord();
  const wait = await waitOf(web, 'app');
  expect(wait.record.written).toEqual(['ip']);
  const wants = [{ producer: 'web.app', output: 'web.ip' }];
  const evidence = { blocked: [{ role: 'web.app', needs: [], wait }], wants };
  expect(await isConfirmed(session, evidence, { found: () => undefined })).toBe(true);
  expect(await reading).toBe('wait-timeout');
});

it('a node that has run before is found in a deadlock by a steward that may not read its values', async () => {
  const plan = planOf({
    web: { roles: [{ name: 'app', inputs: { key: '${ops.key}' } }] },
    ops: { roles: [{ name: 'keys', outputs: { key: 'key' } }] },
    box: { count: 1, roles: [{ name: 'first', inputs: { late: '${box[*].late}' }, outputs: { late: 'late' } }] },
  });
  const store = await openFixtureStore();
  const epoch = await startEpoch(store, plan);
  const steward = await TestNode.begin(denying(store, 'box-0'), epoch, plan, 'web');
  const waiting = codeOf(steward.read('app', 'key', { timeoutMs: 8000 }));
  await told(store, epoch, 'state');
  await TestNode.begin(store, epoch, plan, 'box-0');
  const box = await TestNode.begin(store, epoch, plan, 'box-0');
  await box.run('first');
  expect(await codeOf(box.read('first', 'late', { timeoutMs: 8000 }))).toBe('deadlock');
  await (await TestNode.begin(store, epoch, plan, 'ops')).publish('keys', 'key', 'text');
  expect(await waiting).toBe('value');
});

it('a steward that may not read the plan gives its office to another node, which finds the deadlock', async () => {
  const real = await openFixtureStore();
  const epoch = await startEpoch(real, crossed);
  const isPlans = (key: readonly string[]) => key.join('/') === epoch.keys.plans().join('/');
  const restricted: Store = {
    ...real,
    async list(prefix, options) {
      if (isPlans(prefix)) throw new HeddleError('denied', 'no right to read it');
      return real.list(prefix, options);
    },
  };
  const db = await TestNode.begin(restricted, epoch, crossed, 'db');
  const web = await TestNode.begin(real, epoch, crossed, 'web');
  const elected = new Promise<void>((resolve) => {
    const nothing = () => undefined;
    const handler = { state: () => resolve(), gone: nothing, synced: nothing, status: nothing, failed: nothing };
    real.watch(epoch.keys.steward(), handler);
  });
  const first = codeOf(db.read('mysql', 'ip', { timeoutMs: 8000 }));
  await elected;
  const second = codeOf(web.read('app', 'port', { timeoutMs: 8000 }));
  expect(await Promise.race([first, second])).toBe('deadlock');
});

it('a value that is there when the verdict comes wins over it', async () => {
  const real = await openFixtureStore();
  const epoch = await startEpoch(real, crossed);
  const value = epoch.keys.value('web', 'ip').join('/');
  // The store is slow to tell of the value, and not to answer a question for it.
  const slow: Store = {
    ...real,
    watch: (prefix, handler, options) =>
      real.watch(
        prefix,
        prefix.join('/') === value ? { ...handler, state: () => undefined, gone: () => undefined } : handler,
        options,
      ),
  };
  const db = await TestNode.begin(slow, epoch, crossed, 'db');
  const web = await TestNode.begin(real, epoch, crossed, 'web');
  const reading = db.read('mysql', 'ip', { timeoutMs: 8000 });
  await db.nextRecord();
  const { rev } = await waitOf(db, 'mysql');
  await web.publish('app', 'ip', '10.0.0.2');
  const verdict: VerdictRecord = {
    kind: 'deadlock',
    wait: rev,
    cycle: [],
    suggestion: '',
    command: 'heddle up --resume',
    at: '2026-01-01T00:00:00Z',
  };
  await real.put(epoch.keys.verdict('db', 'mysql', 1), encodeRecord({ ...verdict, cycle: [] }), {
    expect: { absent: true },
  });
  expect((await reading).value).toBe('10.0.0.2');
});

it('a deadlock over the last of many outputs that one input needs is found', async () => {
  const names = Array.from({ length: 30 }, (_, index) => `part${index}`);
  const plan = planOf({
    db: { roles: [{ name: 'mysql', outputs: Object.fromEntries(names.slice(1).map((name) => [name, name])) }] },
    web: {
      roles: [
        {
          name: 'app',
          inputs: {
            all: `${names
              .slice(1)
              .map((name) => `\${db.${name}}`)
              .join('')}\${ops.part0}`,
          },
          outputs: { ip: 'ip' },
        },
      ],
    },
    ops: { roles: [{ name: 'last', inputs: { ip: '${web.ip}' }, outputs: { part0: 'part0' } }] },
  });
  const { nodes } = await begin(plan);
  const [web, ops] = [nodeOf(nodes, 'web'), nodeOf(nodes, 'ops')];
  const first = codeOf(web.read('app', 'all', { timeoutMs: 8000 }));
  await web.nextRecord();
  expect(await Promise.race([first, codeOf(ops.read('last', 'ip', { timeoutMs: 8000 }))])).toBe('deadlock');
});
