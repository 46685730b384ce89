import { HeddleError, type Store, startEpoch, type VerdictRecord, type WaitRecord } from '@heddle/core';
import { expect, it } from 'vitest';
import { isConfirmed } from '../../../src/runtime/steward/confirm.ts';
import type { GraphWait } from '../../../src/runtime/steward/wait-graph.ts';
import { decodeRecord, encodeRecord } from '../../../src/store/store.ts';
import { begin, openFixtureStore, planOf, TestNode } from '../fixture.ts';

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

it('what the steward may not read is absent only if its role never ran before, or its reader has seen that it is', async () => {
  const { store, epoch, nodes } = await begin(crossed);
  const denying: Store = {
    ...store,
    get: async (key, options) => {
      if (key.includes('values')) throw new HeddleError('denied', 'no right to read it');
      return store.get(key, options);
    },
  };
  const { session } = await TestNode.begin(denying, epoch, crossed, 'db');
  const want = { producer: 'web.app', output: 'web.ip' };
  const holds = (more: { isSeenMissing?: true } = {}) =>
    isConfirmed(session, { blocked: [], wants: [{ ...want, ...more }] }, { found: () => undefined });
  expect(await holds()).toBe(true);
  await nodeOf(nodes, 'web').run('app');
  expect(await holds()).toBe(true);
  await (await TestNode.begin(store, epoch, crossed, 'web')).run('app');
  expect(await holds()).toBe(false);
  expect(await holds({ isSeenMissing: true })).toBe(true);
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
