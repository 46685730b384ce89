import { factWords, isHeddleError, type Traits } from '@heddle/core';
import { describe, expect, it } from 'vitest';
import { att, cfnRole, cfnTemplate, instance } from './support/cfn.ts';
import { compiled, expressionOf, group, role, scalingGroup, server, template } from './support/compile.ts';

type Compiled = ReturnType<typeof compiled>;

const reads = (input: string) => server(`[${role('app', `{ x: ${input} }`)}]`);
const db = server(`[${role('mysql', '{}', '{ port: mysql.port }')}]`);
const of = (node: string, output: string, segments: readonly (string | number)[] = []) => ({
  kind: 'reference',
  node,
  output,
  segments,
});

/** The roles that agents run at their start: node, role and outputs. */
const atStart = ({ plan }: Compiled) =>
  plan.nodes.flatMap(({ name, roles }) =>
    roles.flatMap((each) =>
      each.atStart === true ? [[name, each.name, each.outputs.map(({ name: output }) => output)]] : [],
    ),
  );

function errorsOf(text: string): readonly string[] {
  try {
    compiled(text);
    return [];
  } catch (thrown) {
    if (!isHeddleError(thrown) || thrown.code !== 'plan-invalid') throw thrown;
    return thrown.notes.length === 0 ? [thrown.message] : thrown.notes;
  }
}

describe('what every machine tells', () => {
  it.each(factWords)('is read of a server whose roles do not declare it: %s', (word) => {
    const made = compiled(template({ db, web: reads(`{ get_attr: [db, ${word}] }`) }));
    expect(expressionOf(made, 'web')).toEqual(of('db', word));
    expect(atStart(made)).toEqual([['db', 'machine_facts', [word]]]);
    expect(made.references).toMatchObject([
      { reference: `db.${word}`, resolved: 'at run time', by: 'db tells it of its machine' },
    ]);
  });

  it('is read by its segments, in functions, and of the own server', () => {
    const keys = compiled(template({ db, web: reads('{ get_attr: [db, ssh_host_keys, ssh-ed25519] }') }));
    expect(expressionOf(keys, 'web')).toEqual(of('db', 'ssh_host_keys', ['ssh-ed25519']));
    const joined = compiled(template({ db, web: reads('{ list_join: [":", [{ get_attr: [db, ip] }, "80"]] }') }));
    expect(expressionOf(joined, 'web')).toMatchObject({ kind: 'call', function: 'list_join' });
    const own = compiled(template({ web: reads('{ get_attr: [web, fqdn] }') }));
    expect(expressionOf(own, 'web')).toEqual(of('web', 'fqdn'));
  });

  it.each<[string, string, unknown]>([
    ['a list of all', '[many, ip]', { kind: 'gather', group: 'many', count: 2, output: 'ip', as: 'list' }],
    ['a map', '[many, attributes, ip]', { kind: 'gather', group: 'many', count: 2, output: 'ip', as: 'by-index' }],
    ['one member', '[many, resource.1.ip]', of('many-1', 'ip')],
    [
      'what scales',
      '[grown, outputs_list, ip]',
      { kind: 'gather', group: 'grown', count: 2, output: 'ip', as: 'list' },
    ],
  ])('is read of groups in the shapes of Heat: %s', (_, call, expression) => {
    const made = compiled(
      template({
        many: group(`[${role('a')}]`),
        grown: scalingGroup(`[${role('b')}]`),
        web: reads(`{ get_attr: ${call} }`),
      }),
    );
    expect(expressionOf(made, 'web')).toMatchObject(expression as object);
    expect(atStart(made).map(([, name, outputs]) => [name, outputs])).toEqual([
      ['machine_facts', ['ip']],
      ['machine_facts', ['ip']],
    ]);
  });

  it('orders no servers: those that read it of each other are created side by side', () => {
    const made = compiled(template({ a: reads('{ get_attr: [b, ip] }'), b: reads('{ get_attr: [a, hostname] }') }));
    expect(atStart(made)).toEqual([
      ['a', 'machine_facts', ['hostname']],
      ['b', 'machine_facts', ['ip']],
    ]);
    const { a } = JSON.parse(made.template).resources;
    expect(JSON.stringify(a)).not.toContain('"get_attr":["b"');
  });

  it('gives way to an output that a role declares under the name', () => {
    const declaring = server(`[${role('net', '{}', '{ ip: net.ip }')}]`);
    const made = compiled(template({ db: declaring, web: reads('{ get_attr: [db, ip] }') }));
    expect(expressionOf(made, 'web')).toEqual(of('db', 'ip'));
    expect(atStart(made)).toEqual([]);
    expect(made.references[0]?.by).toBe('role net of db writes it');
  });

  it('is shown by outputs of the template, for which the machine signals it', () => {
    const outputs = 'outputs:\n  keys:\n    value: { get_attr: [db, ssh_host_keys] }\n';
    const made = compiled(template({ db }, outputs));
    expect(atStart(made)).toEqual([['db', 'machine_facts', ['ssh_host_keys']]]);
    expect(made.shown).toEqual(['db.ssh_host_keys']);
    const emitted = JSON.parse(made.template);
    expect(emitted.outputs).toEqual({ keys: { value: { get_attr: ['heddle_wait_db', 'data'] } } });
    expect(JSON.stringify(emitted.resources.db)).toContain('"report":["ssh_host_keys"]');
  });

  it('is part of neither all attributes of a server nor a computed one', () => {
    const all = compiled(template({ db, web: reads('{ get_attr: [db] }') }));
    const one = compiled(template({ db, web: reads('{ get_attr: [db, { get_param: size }] }') }));
    const none = compiled(template({ db: reads('1'), web: reads('{ get_attr: [db, { get_param: size }] }') }));
    expect([all, one, none].flatMap(atStart)).toEqual([]);
    expect(expressionOf(none, 'web')).toEqual({ kind: 'static', id: 's0' });
  });

  it('is read in CloudFormation templates, too', () => {
    const made = compiled(
      cfnTemplate(
        {
          Db: instance([cfnRole('mysql')]),
          Web: instance([cfnRole('app', { x: { 'Fn::Select': ['ssh-ed25519', att('Db', 'ssh_host_keys')] } })]),
        },
        { Outputs: { Cpus: { Value: att('Db', 'cpus') } } },
      ),
      { file: 't.json' },
    );
    expect(expressionOf(made, 'web')).toEqual(of('db', 'ssh_host_keys', ['ssh-ed25519']));
    expect(atStart(made)).toEqual([['db', 'machine_facts', ['ssh_host_keys', 'cpus']]]);
    expect(JSON.parse(made.template).Outputs.Cpus.Value).toEqual({
      'Fn::Select': ['cpus', { 'Fn::Select': ['db', { 'Fn::GetAtt': ['heddle_wait_Db', 'data'] }] }],
    });
  });

  it.each<[string, string, string]>([
    [
      'of a server without roles',
      template({
        a: reads('{ get_attr: [b, ip] }'),
        b: '{ type: OS::Nova::Server, properties: { image: i, flavor: f } }',
      }),
      'E_ATTR: "b" (OS::Nova::Server) has no attribute "ip"',
    ],
    [
      'that is nearly a word',
      template({ db, web: reads('{ get_attr: [db, memory_md] }') }),
      'its roles declare no such output; did you mean "memory_mb"?',
    ],
    [
      'for a property',
      template({ a: reads('1'), b: server('[web]', ', name: { get_attr: [a, ip] }') }),
      'E_RTPROP: the output "ip" of "a" exists only at run time',
    ],
    [
      'of which an output of the template takes a part',
      template({ db }, 'outputs:\n  k:\n    value: { get_attr: [db, ssh_host_keys, ssh-ed25519] }\n'),
      'E_RTFN: "ssh_host_keys" of "db" is told by the machine, and Heat gets it as a whole: declare an output of a role for the part',
    ],
    [
      'whose role has the name of another',
      template({ db: server(`[${role('machine_facts')}]`) }),
      'E_NAME: Heddle\'s own role that publishes facts has the name "machine_facts": choose another name',
    ],
  ])('is an error with its line %s', (_, text, error) => {
    expect(errorsOf(text)).toEqual([expect.stringContaining(error)]);
  });
});

describe('the facts that a tool gathers', () => {
  const traits: Traits = new Map([
    ['ansible', { facts: { outputs: [{ name: 'ansible_facts', path: ['ansible_facts'] }] } }],
  ]);

  it('are read of a server with a role of the tool', () => {
    const site = server('[{ name: site, ansible: { playbook: site.yml } }]');
    const text = template({ db: site, web: reads('{ get_attr: [db, ansible_facts, default_ipv4, address] }') });
    const made = compiled(text, { traits });
    expect(expressionOf(made, 'web')).toEqual(of('db', 'ansible_facts', ['default_ipv4', 'address']));
    expect(atStart(made)).toEqual([['db', 'ansible_facts', ['ansible_facts']]]);
    expect(errorsOf(text)).toEqual([expect.stringContaining('E_ATTR')]);
  });
});
