import { describe, expect, it } from 'vitest';
import { addFoundOutputs, type FoundValues } from '../../src/plan/found-values.ts';
import { planGrowth } from '../../src/plan/growth.ts';
import type { Plan, PlanSlice } from '../../src/plan/plan.ts';
import { parsePlan } from '../../src/plan/plan-schema.ts';
import { sliceFor } from '../../src/plan/slice.ts';
import type { Traits } from '../../src/plan/traits.ts';
import { accessPlan } from '../../src/runtime/access/access-plan.ts';
import { requireNodeCapabilities } from '../../src/runtime/capabilities.ts';
import { peerInput } from '../../src/runtime/wait/peer-input.ts';
import { epochKeys } from '../../src/store/keys.ts';
import { statusView } from '../../src/views/status.ts';
import { compiled, nodes, roleOf } from './deployment.ts';

const traits: Traits = new Map([['ansible', { readsPeers: true }]]);
const plan = compiled(
  nodes(
    'db: { roles: [{ name: site, ansible: x, outputs: { host: ip, port: { path: net.port, sensitive: true } } }] }',
    'web: { count: 2, roles: [{ name: site, ansible: x }] }',
    'ops: { roles: [{ name: site, ansible: x }] }',
  ),
  { traits },
);

const at = (line: number) => ({ file: 'site.yml', line });
const set = (line: number, name: string, sensitive = false) => ({
  path: name.split('.'),
  sensitive,
  position: at(line),
});
const read = (line: number, name: string) => ({ path: name.split('.'), position: at(line) });
const said = (values: Partial<FoundValues>): FoundValues => ({
  isShared: true,
  assigned: [],
  mentioned: [],
  notes: [],
  ...values,
});

describe('outputs that are found in files', () => {
  it('are what one role sets and another reads, for all members of a group, and nothing else', () => {
    const found = addFoundOutputs(
      plan,
      new Map([
        ['web.site', said({ assigned: [set(3, 'key'), set(4, 'unread'), set(5, 'key')] })],
        ['ops.site', said({ mentioned: [read(9, 'key'), read(10, 'never_set')] })],
      ]),
    );
    const output = { name: 'key', path: ['key'], sensitive: false, publish: 'settled', found: true, position: at(3) };
    expect(roleOf(found.plan, 'web-0').outputs).toEqual([output]);
    expect(roleOf(found.plan, 'web-1').outputs).toEqual([output]);
    expect(found.sharable).toEqual([]);
    expect(sliceFor(found.plan, 'ops').peers?.[1]?.outputs).toEqual({
      key: { role: 'site', path: ['key'], sensitive: false, found: true },
    });
    expect(parsePlan(JSON.parse(JSON.stringify(found.plan)), 'plan.json')).toEqual(found.plan);
  });

  it('are none of what only the node itself reads in that role; members of a group read each other, also of one that may grow', () => {
    const own = said({ assigned: [set(2, 'key')], mentioned: [read(9, 'key')] });
    const twice = compiled(nodes('db: { roles: [{ name: a, ansible: x }, { name: b, ansible: x }] }'), { traits });
    const grown = (count: number) => {
      const group = compiled(nodes(`web: { count: ${count}, roles: [{ name: site, ansible: x }] }`), { traits });
      return addFoundOutputs(group, new Map([['web.site', own]])).plan;
    };
    expect(roleOf(addFoundOutputs(plan, new Map([['ops.site', own]])).plan, 'ops').outputs).toEqual([]);
    expect(planGrowth(grown(1).nodes, grown(2))).toEqual({
      groups: { web: { from: 1, to: 2 } },
      added: ['web-1'],
      others: [],
    });
    expect(roleOf(addFoundOutputs(plan, new Map([['web.site', own]])).plan, 'web-1').outputs).toHaveLength(1);
    const read2 = said({ mentioned: [read(10, 'key')] });
    const { plan: found } = addFoundOutputs(
      twice,
      new Map([
        ['db.a', own],
        ['db.b', read2],
      ]),
    );
    expect(found.nodes[0]?.roles[0]?.outputs).toHaveLength(1);
    const unshared = addFoundOutputs(
      plan,
      new Map([
        ['ops.site', { ...own, isShared: false }],
        ['db.site', read2],
      ]),
    );
    expect(unshared.sharable[0]?.read).toEqual(at(10));
  });

  it('are of the first role of a node that shares and sets them, and those of a later one are told', () => {
    const roles = ['a', 'b', 'c'].map((name) => `{ name: ${name}, ansible: x }`).join(', ');
    const several = compiled(nodes(`db: { roles: [${roles}] }`, 'ops: { roles: [{ name: site, ansible: x }] }'), {
      traits,
    });
    const { plan: found, notes } = addFoundOutputs(
      several,
      new Map([
        ['db.a', said({ isShared: false, assigned: [set(1, 'key')] })],
        ['db.b', said({ assigned: [set(2, 'key')] })],
        ['db.c', said({ assigned: [set(3, 'key')] })],
        ['ops.site', said({ mentioned: [read(9, 'key')] })],
      ]),
    );
    expect(found.nodes[0]?.roles.map(({ outputs }) => outputs.length)).toEqual([0, 1, 0]);
    expect(notes).toEqual([
      'site.yml:3: others read key, which an earlier role of the node sets too (site.yml:2): they get what that one sets',
    ]);
  });

  it('are none where an output is declared at the path, around it or inside of it; of the same name they are told', () => {
    const found = addFoundOutputs(
      plan,
      new Map([
        ['db.site', said({ assigned: [set(1, 'ip'), set(2, 'net'), set(3, 'port'), set(4, '_'), set(5, 'Big_Name')] })],
        ['ops.site', said({ mentioned: ['ip', 'net', 'port', '_', 'Big_Name'].map((name) => read(9, name)) })],
      ]),
    );
    expect(roleOf(found.plan, 'db').outputs.map(({ name, path }) => [name, path])).toEqual([
      ['host', ['ip']],
      ['port', ['net', 'port']],
      ['big_name', ['Big_Name']],
    ]);
    expect(found.notes).toEqual([
      'site.yml:3: others read port, and its output would have the name of net.port: declare an output for it',
      'site.yml:4: others read _, and no output can have its name: declare an output for it',
    ]);
  });

  it('count instead of what the machine tells, of which the rest stays', () => {
    const mixed = compiled(
      nodes(
        'db: { roles: [{ name: site, command: x }] }',
        'web: { roles: [{ name: site, ansible: x }] }',
        'ops: { roles: [{ name: watch, command: [x], inputs: { ip: "${db.ip}", cpus: "${web.cpus}" } }] }',
      ),
      { traits },
    );
    const wordsOf = (found: typeof mixed, node: string) =>
      found.nodes
        .find(({ name }) => name === node)
        ?.roles.find(({ name }) => name === 'machine_facts')
        ?.outputs.map(({ name }) => name);
    const setBy = (isShared: boolean) =>
      addFoundOutputs(
        mixed,
        new Map([
          ['db.site', said({ isShared, assigned: [set(1, 'ip'), set(2, 'fqdn.short')] })],
          ['web.site', said({ isShared, assigned: [set(3, 'cpus')] })],
          ['ops.watch', said({ mentioned: ['ip', 'cpus', 'fqdn.short'].map((name) => read(9, name)) })],
        ]),
      );
    const { plan: shared, notes } = setBy(true);
    expect(notes).toEqual([]);
    expect(wordsOf(shared, 'db')).toEqual(['hostname', 'fqdn', 'ssh_host_keys', 'memory_mb', 'cpus']);
    expect(wordsOf(shared, 'web')).toBeUndefined();
    expect(shared.nodes[0]?.roles[1]?.outputs.map(({ name, found }) => [name, found])).toEqual([['ip', true]]);
    expect(sliceFor(shared, 'ops').producers).toEqual({ 'db.ip': 'site', 'web.cpus': 'site' });
    expect(wordsOf(setBy(false).plan, 'web')).toEqual(['cpus']);
  });

  it('come with the warnings of all roles, and no two of the same', () => {
    const warned = (isShared: boolean) => said({ isShared, warnings: ['a', isShared ? 'b' : 'c'] });
    const all = new Map([
      ['db.site', warned(true)],
      ['web.site', warned(true)],
      ['ops.site', warned(false)],
    ]);
    expect(addFoundOutputs(plan, all).plan.warnings).toEqual(['a', 'b', 'c']);
  });

  it('are read by roles that do not share without a warning where they are no secrets, or the secrets of their own node', () => {
    const twice = compiled(
      nodes(
        'db: { roles: [{ name: a, ansible: x }, { name: b, ansible: x }] }',
        'ops: { roles: [{ name: site, ansible: x }] }',
      ),
      {
        traits,
      },
    );
    const mentioned = [read(8, 'port'), read(9, 'token')];
    const found = addFoundOutputs(
      twice,
      new Map([
        ['db.a', said({ assigned: [set(2, 'port'), set(3, 'token', true)] })],
        ['db.b', said({ isShared: false, mentioned })],
        ['ops.site', said({ isShared: false, mentioned: [read(8, 'port')] })],
      ]),
    );
    expect(found.plan.warnings).toEqual([]);
  });

  it('are only told of a role that does not share, with the places where it is set and read', () => {
    const found = addFoundOutputs(
      plan,
      new Map([
        ['db.site', said({ isShared: false, assigned: [set(2, 'token', true)], notes: ['b'] })],
        ['web.site', said({ notes: ['a'] })],
        ['ops.site', said({ mentioned: [read(9, 'token')], notes: ['a'] })],
      ]),
    );
    expect(found.plan).toEqual(plan);
    expect(found.sharable).toEqual([
      { node: 'db', role: 'site', output: expect.objectContaining({ name: 'token', sensitive: true }), read: at(9) },
    ]);
    expect(found.notes).toEqual(['a']);
  });

  it('are, when sensitive, read without an input by roles that share and whose own files read them, and by no others', () => {
    const found = addFoundOutputs(
      plan,
      new Map([
        ['db.site', said({ assigned: [set(2, 'token'), set(3, 'token', true)] })],
        ['web.site', said({ mentioned: [read(9, 'token')] })],
        ['ops.site', said({ isShared: false, mentioned: [read(9, 'token')] })],
      ]),
    ).plan;
    const input = (node: string) => {
      const slice: PlanSlice = sliceFor(found, node);
      return peerInput(slice, slice.node.roles[0] ?? roleOf(found, node), { node: 'db', output: 'token' });
    };
    expect(input('web-1')).toMatchObject({ sensitive: true, expression: { node: 'db', output: 'token' } });
    expect(() => input('ops')).toThrow(
      expect.objectContaining({
        code: 'denied',
        message: 'ops role site reads db.token, which is sensitive, without having it as an input',
        next: [
          'add "share: true" to the options of role site of ops, or declare token under "outputs:" of db and an input with it; then run heddle up again',
        ],
      }),
    );
    expect(found.warnings).toEqual([
      'site.yml:9: role site of ops reads token of another node, which is sensitive: add "share: true" to its options',
    ]);
    const keys = epochKeys('d', '1');
    const access = accessPlan(found, keys);
    const readers =
      access.rules.find(({ prefix }) => String(prefix) === String(keys.value('db', 'token')))?.readers ?? [];
    const allowed = [...access.members].flatMap(([node, sets]) =>
      sets.some((name) => readers.includes(name)) ? [node] : [],
    );
    expect(allowed).toEqual(['web-0', 'web-1']);
  });

  it('are, when sensitive, not read by a role that reads an attribute whose output would have the same name', () => {
    const found = addFoundOutputs(
      plan,
      new Map([
        ['db.site', said({ assigned: [set(2, 'db_password', true)] })],
        ['ops.site', said({ mentioned: [read(8, 'DB_PASSWORD')] })],
        ['web.site', said({ mentioned: [read(9, 'db_password')] })],
      ]),
    ).plan;
    expect(roleOf(found, 'web-0').sharedReads).toEqual([read(9, 'db_password')]);
    expect(roleOf(found, 'ops').sharedReads).toBeUndefined();
  });

  it('of one name in two spellings are each read by those that read that spelling', () => {
    const found = addFoundOutputs(
      plan,
      new Map([
        ['db.site', said({ assigned: [set(2, 'db_password', true)] })],
        ['ops.site', said({ assigned: [set(3, 'DB_PASSWORD', true)] })],
        ['web.site', said({ mentioned: [read(8, 'DB_PASSWORD'), read(9, 'db_password')] })],
      ]),
    ).plan;
    const lowerOnly: Plan = {
      ...found,
      nodes: found.nodes.map((node) => ({
        ...node,
        roles: node.roles.map((role) => ({
          ...role,
          ...(role.sharedReads && { sharedReads: [read(9, 'db_password')] }),
        })),
      })),
    };
    const readersOf = (node: string, among: Plan) =>
      accessPlan(among, keys).rules.find(({ prefix }) => String(prefix) === String(keys.value(node, 'db_password')))
        ?.readers;
    const keys = epochKeys('d', '1');
    expect(readersOf('ops', found)).toEqual(['group.web']);
    expect(readersOf('ops', lowerOnly)).toEqual([]);
    expect(readersOf('db', lowerOnly)).toEqual(['group.web']);
    const slice = sliceFor(lowerOnly, 'web-0');
    const reader = roleOf(lowerOnly, 'web-0');
    expect(() => peerInput(slice, reader, { node: 'ops', output: 'db_password' })).toThrow('which is sensitive');
    expect(peerInput(slice, reader, { node: 'db', output: 'db_password' }).sensitive).toBe(true);
  });

  it('are, when sensitive, what the connection of a reader has to be fit for', () => {
    const found = addFoundOutputs(
      plan,
      new Map([
        ['db.site', said({ assigned: [set(2, 'pw', true), set(3, 'open')] })],
        ['web.site', said({ assigned: [set(4, 'key', true)], mentioned: [read(9, 'pw'), read(10, 'open')] })],
        ['ops.site', said({ mentioned: [read(9, 'key')] })],
      ]),
    ).plan;
    expect(sliceFor(found, 'web-1').sensitive).toEqual(['db.pw']);
    expect(sliceFor(found, 'ops').sensitive).toEqual(['web[*].key']);
    expect(sliceFor(found, 'db').sensitive).toEqual([]);
    const plain = { distributed: true, linearizable: true, durable: true, acl: true, tls: false };
    const store = { ...plain, maxValueBytes: 1_048_576, maxBatch: 128 };
    expect(() => requireNodeCapabilities(sliceFor(found, 'ops'), store)).toThrow(
      /^ops reads web\[\*\]\.key, which is sensitive, and its connection to the store, .* has no TLS$/,
    );
  });

  it('are no fault of a role that ends well without writing them', () => {
    const found = addFoundOutputs(
      plan,
      new Map([
        ['db.site', said({ assigned: [set(2, 'key')] })],
        ['ops.site', said({ mentioned: [read(9, 'key')] })],
      ]),
    ).plan;
    const ended = { node: 'db', role: 'site', incarnation: '1', state: 'done', unwritten: ['host', 'key'] } as const;
    const state = {
      deployment: 'shop',
      epoch: '1',
      isOpen: true,
      nodes: found.nodes,
      roles: [ended],
      waits: [],
      members: [],
    };
    expect(statusView(state, 0).roles[0]?.unwritten).toEqual(['host']);
  });
});
