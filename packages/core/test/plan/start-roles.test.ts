import { describe, expect, it } from 'vitest';
import { sliceFor } from '../../src/plan/slice.ts';
import type { Traits } from '../../src/plan/traits.ts';
import { compiled, faults, nodes } from './deployment.ts';

const traits: Traits = new Map([
  [
    'ansible',
    {
      facts: { outputs: [{ name: 'ansible_facts', path: ['ansible_facts'] }], options: ['program'] },
      readsPeers: true,
    },
  ],
]);

const rolesOf = (plan: ReturnType<typeof compiled>, name: string) =>
  plan.nodes
    .find((node) => node.name === name)
    ?.roles.map((role) => [role.name, role.adapter, role.atStart === true, role.outputs.map((output) => output.name)]);

describe('what every node knows of its machine', () => {
  const text = nodes(
    'db: { roles: [{ name: mysql, command: x, outputs: { hostname: name } }] }',
    'web: { count: 2, roles: [{ name: app, command: x, inputs: { db: "${db.ip}", name: "${db.hostname}", peers: "${web[*].ip}" } }] }',
    'ops: { roles: [{ name: watch, command: x, inputs: { k: "${web[1].memory_mb}", own: "${ops.fqdn}" } }] }',
  );
  const plan = compiled(text);

  it('is published by a role before the declared ones, only the words that somebody reads', () => {
    expect(rolesOf(plan, 'db')).toEqual([
      ['machine_facts', 'machine', true, ['ip']],
      ['mysql', 'command', false, ['hostname']],
    ]);
    expect(rolesOf(plan, 'ops')?.[0]).toEqual(['machine_facts', 'machine', true, ['fqdn']]);
  });

  it('is the same for all members of a group, also when one of them is read', () => {
    for (const name of ['web-0', 'web-1'])
      expect(rolesOf(plan, name)?.[0]).toEqual(['machine_facts', 'machine', true, ['ip', 'memory_mb']]);
  });

  it('adds nothing to a deployment in which nobody reads a word', () => {
    const silent = compiled(nodes('db: { roles: [{ name: mysql, command: x }] }'));
    expect(silent.nodes[0]?.roles.map(({ name }) => name)).toEqual(['mysql']);
  });

  it('has its role in the slice of who reads it', () => {
    expect(sliceFor(plan, 'web-0').producers).toEqual({
      'db.ip': 'machine_facts',
      'db.hostname': 'mysql',
      'web[*].ip': 'machine_facts',
    });
  });

  it('is suggested for a word that is nearly one, and not listed otherwise', () => {
    expect(faults(text.replace('db.ip', 'db.size'))).toEqual([
      expect.stringContaining('db has no output "size"; it has hostname'),
    ]);
    expect(faults(text.replace('ops.fqdn', 'ops.fqnd'))).toEqual([
      expect.stringContaining('ops has no output "fqnd"; did you mean "fqdn"?'),
    ]);
    expect(faults(text.replace('ops.fqdn', 'ops.colour'))).toEqual([
      expect.stringContaining('ops has no output "colour"; it declares none'),
    ]);
  });

  it('keeps the name of its role for itself', () => {
    expect(faults(text.replace('mysql', 'machine_facts'))).toEqual([
      expect.stringContaining('Heddle\'s own role that publishes facts has the name "machine_facts"'),
    ]);
  });
});

describe('where a role reads peers', () => {
  const plan = compiled(
    nodes(
      'db: { roles: [{ name: first, command: x }, { name: second, ansible: { program: a, playbook: b } }] }',
      'cache: { roles: [{ name: redis, command: x }] }',
      'web: { roles: [{ name: site, ansible: { playbook: c } }] }',
    ),
    { traits },
  );

  it('a node whose tool gathers facts has a role for these, with the options that this needs', () => {
    expect(rolesOf(plan, 'db')?.slice(0, 2)).toEqual([
      ['ansible_facts', 'ansible', true, ['ansible_facts']],
      ['first', 'command', false, []],
    ]);
    expect(plan.nodes[0]?.roles[0]?.options).toEqual({ kind: 'constant', value: { program: 'a' } });
  });

  it('any other node publishes all words, as nobody knows which are read', () => {
    expect(rolesOf(plan, 'cache')?.[0]?.[3]).toEqual(['ip', 'hostname', 'fqdn', 'ssh_host_keys', 'memory_mb', 'cpus']);
  });
});

describe('the facts that a tool gathers', () => {
  const ansible = '{ name: site, ansible: { playbook: a } }';
  const factsOf = (name: string, ...lines: readonly string[]) =>
    rolesOf(compiled(nodes(...lines), { traits }), name)?.filter(([, , isAtStart]) => isAtStart);
  const facts = ['ansible_facts', 'ansible', true, ['ansible_facts']];

  it('are not published by the one node whose roles read peers: only others could read them', () => {
    const cache = 'cache: { roles: [{ name: redis, command: x }] }';
    expect(factsOf('db', `db: { roles: [${ansible}] }`, cache)).toEqual([]);
  });

  it('are published where an input reads them', () => {
    const cache = 'cache: { roles: [{ name: redis, command: x, inputs: { os: "${db.ansible_facts.system}" } }] }';
    expect(factsOf('db', `db: { roles: [${ansible}] }`, cache)).toEqual([facts]);
  });

  it('are published by the first member of a group, which may get another one', () => {
    expect(factsOf('web-0', `web: { count: 1, roles: [${ansible}] }`)).toEqual([facts]);
  });
});
