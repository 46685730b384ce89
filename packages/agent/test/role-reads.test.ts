import { type Plan, sliceFor } from '@heddle/core';
import { expect, it } from 'vitest';
import { begin, planOf } from '../../core/test/runtime/fixture.ts';
import { Masker } from '../src/child/masker.ts';
import { type AgentEvent, EventHub } from '../src/events/events.ts';
import { type ReadRequest, RoleReads } from '../src/role/role-reads.ts';

/** As with Ansible, whose plays read other hosts by their names. */
function readingPeers(plan: Plan): Plan {
  const nodes = plan.nodes.map((node) => ({
    ...node,
    roles: node.roles.map((role) => ({ ...role, readsPeers: true as const })),
  }));
  return { ...plan, nodes };
}

async function scene() {
  const plan = readingPeers(
    planOf({
      db: { count: 2, roles: [{ name: 'base', outputs: { port: 'port' } }] },
      web: {
        roles: [
          {
            name: 'app',
            inputs: {
              first: '${db[0].port}',
              second: 'port ${db[0].port}',
              all: '${db[*].port}',
              inside: '${db[0].port.name}',
            },
          },
        ],
      },
    }),
  );
  const { nodes } = await begin(plan);
  const [db0, db1, web] = [nodes['db-0'], nodes['db-1'], nodes['web']];
  const role = plan.nodes.find(({ name }) => name === 'web')?.roles[0];
  if (db0 === undefined || db1 === undefined || web === undefined || role === undefined) throw new Error('no node');
  const context = {
    slice: sliceFor(plan, 'web'),
    directory: '/tmp/web',
    local: () => undefined,
    settled: () => undefined,
    written: async () => undefined,
  };
  const reads = new RoleReads(web.awaiter, role, context, new Masker(), new EventHub('web'));
  const read = async (what: ReadRequest['what'], more: Partial<ReadRequest> = {}) =>
    (await reads.read({ what, signal: new AbortController().signal, ...more })).value;
  return { db0, db1, reads, read };
}

it.each([
  ['another input', [{ path: ['second'] }], ['port 1']],
  ['a gather', [{ path: ['all'] }], [[1, 7]]],
  ['its name', [{ node: 'db-0', output: 'port' }], [1]],
  ['all of them', [{ path: ['second'] }, { node: 'db-0', output: 'port' }, { path: ['all'] }], ['port 1', 1, [1, 7]]],
])(
  'an output that is rewritten between two reads of a run keeps its value and revision in it, by %s',
  async (_by, later, values) => {
    const { db0, db1, reads, read } = await scene();
    const rev = await db0.publish('base', 'port', 1);
    await db1.publish('base', 'port', 7);
    expect(await read({ path: ['first'] })).toBe(1);
    expect(await db0.publish('base', 'port', 2)).not.toBe(rev);
    const found = [];
    for (const what of later) found.push(await read(what));
    expect(found).toEqual(values);
    expect(reads.revisions['db-0.port']).toBe(rev);
  },
);

it('a gather that was read first gives the value of its members for the rest of the run', async () => {
  const { db0, db1, reads, read } = await scene();
  const rev = await db0.publish('base', 'port', 1);
  await db1.publish('base', 'port', 7);
  expect(await read({ path: ['all'] })).toEqual([1, 7]);
  await db0.publish('base', 'port', 2);
  expect(await read({ path: ['first'] })).toBe(1);
  expect(reads.revisions['db-0.port']).toBe(rev);
});

it('a default is told as one, with why it was taken', async () => {
  const input = { $value: '${db.port}', missing: 'default', default: 1 };
  const plan = planOf({
    db: { roles: [{ name: 'base', outputs: { port: 'port' } }] },
    web: { roles: [{ name: 'app', inputs: { port: input } }] },
  });
  const { nodes } = await begin(plan);
  const [db, web, role] = [nodes['db'], nodes['web'], plan.nodes.find(({ name }) => name === 'web')?.roles[0]];
  if (db === undefined || web === undefined || role === undefined) throw new Error('no node');
  await (await db.run('base')).end({ state: 'done', unwritten: ['port'] });
  const hub = new EventHub('web');
  const events: AgentEvent[] = [];
  hub.listen((event) => events.push(event));
  const context = {
    slice: sliceFor(plan, 'web'),
    directory: '/tmp/web',
    local: () => undefined,
    settled: () => undefined,
    written: async () => undefined,
  };
  const reads = new RoleReads(web.awaiter, role, context, new Masker(), hub);
  const answer = await reads.read({ what: { path: ['port'] }, signal: new AbortController().signal });
  expect(answer.value).toBe(1);
  expect(events).toMatchObject([{ type: 'received', input: 'port', absence: { code: 'never-written' } }]);
});

it('the error of a role is that of its read, also when a look that it ends of has found it, and never that nothing was there yet', async () => {
  const { db0, reads, read } = await scene();
  const look = { path: ['inside'] };
  await expect(read(look, { wait: false, ends: true })).rejects.toMatchObject({ code: 'missing-value' });
  expect(reads.failure).toBeUndefined();
  await db0.publish('base', 'port', { number: 1 });
  await expect(read(look, { wait: false, ends: true })).rejects.toMatchObject({ code: 'segment-missing' });
  expect(reads.failure).toMatchObject({ code: 'segment-missing' });
});

it('what a program has only looked at is not what its role fails of', async () => {
  const { db0, reads, read } = await scene();
  await db0.publish('base', 'port', { number: 1 });
  await expect(read({ path: ['inside'] }, { wait: false })).rejects.toMatchObject({ code: 'segment-missing' });
  expect(reads.failure).toBeUndefined();
});
