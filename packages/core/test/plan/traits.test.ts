import { describe, expect, it } from 'vitest';
import type { PlanSlice } from '../../src/plan/plan.ts';
import { parsePlan } from '../../src/plan/plan-schema.ts';
import { sliceFor } from '../../src/plan/slice.ts';
import { factWords } from '../../src/plan/start-roles.ts';
import { findPeer, peerMembers, type Traits } from '../../src/plan/traits.ts';
import { inputsReading, peerInput } from '../../src/runtime/wait/peer-input.ts';
import { compiled, faults, nodes, roleOf } from './deployment.ts';

const traits: Traits = new Map([
  ['ansible', { implicitOutputs: [{ name: 'facts', path: ['facts'] }], readsPeers: true }],
]);

const text = nodes(
  'db: { roles: [{ name: mysql, command: x, outputs: { host: ip, password: { path: pw, sensitive: true } } }] }',
  'web: { count: 3, roles: [{ name: first, ansible: x, outputs: { port: app.port } }, { name: second, ansible: x }] }',
  'ops: { roles: [{ name: watch, command: x, inputs: { k: "${web[0].facts.address}" } }] }',
  'own: { roles: [{ name: site, ansible: x, inputs: { pw: "${db.password}" }, outputs: { facts: mine } }] }',
);
const plan = compiled(text, { traits });
const words = Object.fromEntries(
  factWords.map((word) => [word, { role: 'machine_facts', path: [word], sensitive: false }]),
);

describe('traits of an adapter', () => {
  it('give its first role of a node the implicit outputs, unless the node declares one of that name', () => {
    expect(roleOf(plan, 'web-1', 'first').outputs.map(({ name, implicit }) => [name, implicit])).toEqual([
      ['port', undefined],
      ['facts', true],
    ]);
    expect(roleOf(plan, 'web-1', 'second').outputs).toEqual([]);
    expect(roleOf(plan, 'own').outputs).toMatchObject([{ name: 'facts', path: ['mine'] }]);
    expect(roleOf(plan, 'db', 'mysql').outputs.map(({ name }) => name)).toEqual(['host', 'password']);
  });

  it('are no part of the deployment without the adapter, nor of what a message offers', () => {
    expect(faults(text)).toEqual([expect.stringContaining('web has no output "facts"')]);
    expect(faults(text.replace('facts.address', 'prt'), { traits })).toEqual([
      expect.stringContaining('web has no output "prt"; did you mean "port"?'),
    ]);
  });

  it('survive the plan as JSON', () => {
    expect(parsePlan(JSON.parse(JSON.stringify(plan)), 'plan.json')).toEqual(plan);
  });
});

describe('the peers of a slice', () => {
  it('are there for a node whose roles read peers, one for each declaration', () => {
    expect(sliceFor(plan, 'db').peers).toBeUndefined();
    expect(sliceFor(plan, 'own').peers).toEqual([
      {
        name: 'db',
        count: null,
        outputs: {
          host: { role: 'mysql', path: ['ip'], sensitive: false },
          password: { role: 'mysql', path: ['pw'], sensitive: true },
          ...words,
        },
      },
      {
        name: 'web',
        count: 3,
        outputs: {
          port: { role: 'first', path: ['app', 'port'], sensitive: false },
          facts: { role: 'first', path: ['facts'], sensitive: false },
        },
      },
      { name: 'ops', count: null, outputs: words },
      { name: 'own', count: null, outputs: { facts: { role: 'site', path: ['mine'], sensitive: false } } },
    ]);
  });

  it('do not grow with the members of a group', () => {
    const large = compiled(text.replace('count: 3', 'count: 1000'), { traits });
    expect(JSON.stringify(sliceFor(large, 'own')).length).toBeLessThan(
      JSON.stringify(sliceFor(plan, 'own')).length + 10,
    );
  });

  it.each([
    ['db', 'db'],
    ['web-0', 'web'],
    ['web-2', 'web'],
    ['web-3', undefined],
    ['web-02', undefined],
    ['web', undefined],
    ['db-0', undefined],
    ['nobody', undefined],
  ])('are found by the name of a node: %s', (node, expected) => {
    expect(findPeer(sliceFor(plan, 'own'), node)?.name).toBe(expected);
  });

  it('name their members', () => {
    const [db, web] = sliceFor(plan, 'own').peers ?? [];
    expect([db, web].map((peer) => (peer === undefined ? [] : peerMembers(peer)))).toEqual([
      ['db'],
      ['web-0', 'web-1', 'web-2'],
    ]);
  });
});

it('an input of an output that a role may only have in its files is refused with a word about those', () => {
  const wrong = (reference: string) => faults(text.replace('web[0].facts.address', reference), { traits });
  expect(wrong('web[0].colour')).toEqual([
    expect.stringContaining(
      'web has no output "colour"; it has port; for an input, one that is found in a playbook has to be declared',
    ),
  ]);
  expect(wrong('web[0].prot')).toEqual([expect.stringMatching(/did you mean "port"\?$/)]);
  expect(wrong('db.colour')).toEqual([expect.stringMatching(/it has host and password$/)]);
});

describe('a read of a peer', () => {
  const slice: PlanSlice = sliceFor(plan, 'own');
  const web: PlanSlice = sliceFor(plan, 'web-0');
  const read = (node: string, output: string, from = slice) => {
    const [role] = from.node.roles;
    if (role === undefined) throw new Error('no role');
    return peerInput(from, role, { node, output }, 'site.yml:3');
  };

  it('waits as long as the role says, for exactly that output', () => {
    expect(read('web-1', 'port')).toMatchObject({
      expression: { kind: 'reference', node: 'web-1', output: 'port', segments: [] },
      deadlineMs: 600_000,
      missing: 'wait',
      sensitive: false,
    });
  });

  it('may be of a sensitive output only when an input reads it too', () => {
    expect(read('db', 'password').sensitive).toBe(true);
    expect(() => read('db', 'password', web)).toThrow(
      expect.objectContaining({
        code: 'denied',
        message: 'web-0 role first (site.yml:3) reads db.password, which is sensitive, without having it as an input',
      }),
    );
  });

  const declare = 'declare it under "outputs:" of a role of db, then run heddle up again';
  it.each([
    ['nowhere', 'port', 'there is no node nowhere', []],
    ['web-7', 'port', 'there is no node web-7', []],
    ['db', 'prt', 'db declares no output prt', [declare]],
    ['db', 'constructor', 'db declares no output constructor', [declare]],
    ['own', 'facts', 'that is its own node', ['declare it as an input, then run heddle up again']],
  ])('is refused for what nobody declares: %s.%s', (node, output, why, next) => {
    expect(() => read(node, output)).toThrow(
      expect.objectContaining({ code: 'not-declared', message: expect.stringContaining(why), next }),
    );
  });

  it('counts as a read of the inputs that hold the output', () => {
    const [role] = slice.node.roles;
    if (role === undefined) throw new Error('no role');
    const paths = (node: string, output: string) => inputsReading(role, { node, output }).map(({ path }) => path);
    expect(paths('db', 'password')).toEqual([['pw']]);
    expect(paths('db', 'host')).toEqual([]);
  });

  it('is denied to a role whose adapter does not read peers', () => {
    expect(() => read('web-0', 'port', sliceFor(plan, 'ops'))).toThrow(expect.objectContaining({ code: 'denied' }));
  });
});

describe('a trait that an option turns on', () => {
  const searching: Traits = new Map([
    [
      'chef',
      {
        implicitOutputs: [{ name: 'facts', path: ['facts'] }],
        readsPeers: { option: 'search' },
        toldOptions: ['run_list', 'attributes'],
      },
    ],
  ]);
  const app = (more: string) => `{ name: app, chef: { run_list: ["role[web]"], config: solo.rb, ${more} } }`;
  const quiet = nodes(`web: { count: 2, roles: [${app('attributes: { port: 80 }')}] }`);
  const loud = nodes(
    `web: { count: 2, roles: [${app('attributes: { shard: "${self.index}", dir: "${self.dir}/x", deep: { d: "${self.dir}", k: 1 } }')}] }`,
    `store: { count: 2, roles: [${app('attributes: { port: 80 }')}, { name: other, command: x }] }`,
    `lb: { roles: [${app('search: true')}, ${app('search: false').replace('app', 'second')}] }`,
  );

  it('adds nothing to a deployment in which no role sets it', () => {
    expect(compiled(quiet, { traits: searching })).toEqual(compiled(quiet));
  });

  it('holds for the roles that set it, and gives all of the adapter their outputs', () => {
    const found = compiled(loud, { traits: searching });
    expect(roleOf(found, 'lb', 'app').readsPeers).toBe(true);
    expect(roleOf(found, 'lb', 'second').readsPeers).toBeUndefined();
    expect(roleOf(found, 'web-1').outputs.map(({ name }) => name)).toEqual(['facts']);
    expect(sliceFor(found, 'web-1').peers).toBeUndefined();
    expect(parsePlan(JSON.parse(JSON.stringify(found)), 'plan.json')).toEqual(found);
  });

  it('tells the named options, once for a group or for each member where they differ, without what depends on the machine', () => {
    const peers = sliceFor(compiled(loud, { traits: searching }), 'lb').peers ?? [];
    const told = (attributes: object) => ({ run_list: ['role[web]'], attributes });
    expect(peers.map(({ name, roles }) => [name, roles])).toEqual([
      [
        'web',
        [
          {
            name: 'app',
            adapter: 'chef',
            options: [told({ shard: 0, deep: { k: 1 } }), told({ shard: 1, deep: { k: 1 } })],
          },
        ],
      ],
      ['store', [{ name: 'app', adapter: 'chef', options: [told({ port: 80 })] }]],
      [
        'lb',
        [
          { name: 'app', adapter: 'chef', options: [{ run_list: ['role[web]'] }] },
          { name: 'second', adapter: 'chef', options: [{ run_list: ['role[web]'] }] },
        ],
      ],
    ]);
  });

  it('must be true or false as the file has it', () => {
    const file = nodes(`lb: { roles: [${app('search: "${self.name}"')}] }`);
    expect(faults(file, { traits: searching })).toEqual([expect.stringContaining('"search" must be true or false')]);
  });
});
