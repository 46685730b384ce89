import { isHeddleError, type PlanNode } from '@heddle/core';
import { describe, expect, it } from 'vitest';
import { knownText } from '../src/emit/known-text.ts';
import type { CompileTemplateOptions } from '../src/index.ts';
import type { Data } from '../src/read/data.ts';
import {
  compiled,
  expressionOf,
  group,
  numbered,
  role,
  scalingGroup,
  server,
  template,
  withTexts,
} from './support/compile.ts';

const nfs = role('nfs', '{}', '{ path: nfs.path }');
const counted =
  'parameters: { size: { type: string, default: m1.small }, n: { type: number, default: 3, constraints: [{ range: { max: 9 } }] } }\n';

/** A template with a parameter `n` in place of those of `template`. */
function withCount(resources: Readonly<Record<string, string>>, more = ''): string {
  return template(resources, more).replace(/parameters: .*\n/, counted);
}

/** What web reads of the groups, of which `many` has two members and `grown` has three. */
function readOf(input: string, options: Partial<CompileTemplateOptions> = {}): unknown {
  const resources = {
    many: group(`[${nfs}]`),
    grown: scalingGroup(`[${nfs}]`, 'min_size: 1, max_size: 4, desired_capacity: 3'),
    web: server(`[${role('app', `{ x: ${input} }`)}]`),
  };
  return expressionOf(compiled(template(resources), options), 'web');
}

function errorOf(text: string, options: Partial<CompileTemplateOptions> = {}): string {
  try {
    compiled(text, options);
  } catch (thrown) {
    if (isHeddleError(thrown)) return [thrown.message, ...thrown.notes].join('\n');
    throw thrown;
  }
  throw new Error('it compiles');
}

const gather = (name: string, count: number, as: string, segments: readonly (string | number)[] = []) => {
  return { kind: 'gather', group: name, count, output: 'path', segments, as };
};
const ofMember = (node: string, segments: readonly (string | number)[] = []) => {
  return { kind: 'reference', node, output: 'path', segments };
};

describe('a group of servers with roles', () => {
  it('is a group of the plan, with a node for each member', () => {
    const { plan } = compiled(template({ Clients: group(`[${nfs}]`), web: server(`[${nfs}]`) }));
    expect(plan.groups).toEqual({ clients: 2 });
    expect(plan.nodes.map(({ name, group: of, index }) => ({ name, of, index }))).toEqual([
      { name: 'clients-0', of: 'clients', index: 0 },
      { name: 'clients-1', of: 'clients', index: 1 },
      { name: 'web', of: null, index: 0 },
    ]);
  });

  it.each<[string, string, unknown]>([
    ['a list of all', '{ get_attr: [many, path] }', gather('many', 2, 'list')],
    ['a part of what each has', '{ get_attr: [many, path, disks, 0] }', gather('many', 2, 'list', ['disks', 0])],
    ['a map by index', '{ get_attr: [many, attributes, path, a] }', gather('many', 2, 'by-index', ['a'])],
    ['one member', '{ get_attr: [many, resource.1, path, a] }', ofMember('many-1', ['a'])],
    ['one member in one word', '{ get_attr: [many, resource.1.path] }', ofMember('many-1')],
    ['a list of what scales', '{ get_attr: [grown, outputs_list, path] }', gather('grown', 3, 'list')],
    ['a map of what scales', '{ get_attr: [grown, outputs, path, a] }', gather('grown', 3, 'map', ['a'])],
    ['one member of what scales', '{ get_attr: [grown, resource.2.path] }', ofMember('grown-2')],
    ['what Heat tells of the members', '{ get_attr: [many, first_address] }', { kind: 'static', id: 's0' }],
    ['what Heat tells of a group', '{ get_attr: [grown, current_size] }', { kind: 'static', id: 's0' }],
    ['all ids', '{ get_attr: [many, refs] }', { kind: 'static', id: 's0' }],
    ['the id of one', '{ get_attr: [many, resource.0] }', { kind: 'static', id: 's0' }],
  ])('is read in the shapes of Heat: %s', (_, input, expression) => {
    expect(readOf(input)).toEqual(expression);
  });

  it('exchanges addresses at run time when its members and a server need each other', () => {
    const { plan, references } = compiled(
      template({
        files: server(`[${role('nfs', '{ clients: { get_attr: [client, first_address] } }', '{ path: p }')}]`),
        client: group(
          `[${role('nfs', '{ server: { get_attr: [files, first_address] }, path: { get_attr: [files, path] } }')}]`,
        ),
      }),
    );
    expect(plan.nodes.map(({ name, roles }) => [name, roles.map((each) => each.name)])).toEqual([
      ['files', ['machine', 'nfs']],
      ['client-0', ['machine', 'nfs']],
      ['client-1', ['machine', 'nfs']],
    ]);
    const [files, client] = plan.nodes as [PlanNode, PlanNode];
    expect(files.roles[1]?.inputs[0]?.expression).toEqual({
      kind: 'gather',
      group: 'client',
      count: 2,
      output: 'first_address',
      segments: [],
      as: 'list',
    });
    expect(client.roles[1]?.inputs[0]?.expression).toMatchObject({ kind: 'reference', node: 'files' });
    expect(references.map(({ reference, by }) => [reference, by])).toEqual([
      [
        'client.first_address',
        '"files" and "client" depend on each other: all members of client publish it when they have booted',
      ],
      ['files.first_address', '"client" and "files" depend on each other: files publishes it when it has booted'],
      ['files.path', 'role nfs of files writes it'],
    ]);
  });

  it('reads what its own members write: of itself without waiting, of the others as of anybody', () => {
    const roles = `[${role('a', '{ x: { get_attr: [g, resource.1.path] } }', '{ path: p }')}]`;
    const { plan } = compiled(template({ g: group(roles) }));
    const expressions = plan.nodes.map((node) => node.roles[0]?.inputs[0]?.expression);
    expect(expressions).toEqual([ofMember('g-1'), { kind: 'local', output: 'path', segments: [] }]);
  });

  it('exchanges values of all members with all in one role, and says that this can end badly', () => {
    const roles = `[${role('mpi', '{ all: { get_attr: [g, key] }, own: { get_attr: [g, first_address] } }', '{ key: k }')}]`;
    const { plan } = compiled(template({ g: group(roles, 'count: 200') }));
    expect(plan.nodes[7]?.roles[1]?.inputs.map(({ expression }) => expression)).toMatchObject([
      { kind: 'gather', group: 'g', count: 200, output: 'key' },
      { kind: 'gather', group: 'g', count: 200, output: 'first_address' },
    ]);
    expect(plan.warnings).toEqual([
      expect.stringContaining('W_ROLE_CYCLE: the members of g.mpi read values of one another'),
    ]);
  });

  it('is judged by the user data of one member, however many there are', () => {
    const text = (length: number) => {
      const value = `{ list_join: ["", [${'x'.repeat(length)}, { get_param: size }]] }`;
      return template({ g: group(`[${role('a', `{ x: ${value} }`)}]`, 'count: 500') });
    };
    expect(compiled(text(10_000)).plan.warnings).toEqual([]);
    expect(compiled(text(35_000)).plan.warnings).toEqual([
      expect.stringMatching(/^template\.yaml:4: W_SIZE: the user data of "g" has at least 4\d{4} bytes, /),
    ]);
    expect(errorOf(text(60_000))).toMatch(
      /^template\.yaml:4: E_SIZE: the user data of "g" has at least \d{5} bytes, /m,
    );
  });

  it('counts its scripts as they stand in an archive, where its members have user data of their own', () => {
    const own = `, user_data_format: RAW, user_data: "#!/bin/sh\\n#${'x'.repeat(33_000)}\\n"`;
    const result = compiled(
      template({
        g: `{ type: OS::Heat::ResourceGroup, properties: { count: 2, resource_def: ${server("['app']", own)} } }`,
      }),
    );
    const { resources } = withTexts(result.template) as {
      resources: { g: { properties: { resource_def: { properties: { user_data: Data } } } } };
    };
    const { length } = knownText(resources.g.properties.resource_def.properties.user_data, undefined);
    expect(result.plan.warnings).toEqual([expect.stringContaining(`"g" has at least ${length} bytes`)]);
  });

  it('is waited for as a whole by after', () => {
    const { plan } = compiled(
      template({ g: group(`[${nfs}]`), web: server(`[${role('a', '{}', '{}', ', after: [g.nfs]')}]`) }),
    );
    expect(plan.nodes.at(-1)?.roles[0]?.after).toEqual([
      { node: 'g-0', role: 'nfs' },
      { node: 'g-1', role: 'nfs' },
    ]);
  });

  it('has the index of a member wherever the index variable stands in its roles', () => {
    const text = `[{ name: a, command: [echo, 'web-%index%'], inputs: { x: 'n%index%', y: [{ get_param: size }, '%index%'], z: { $value: { get_attr: [db, path] }, default: 'd%index%' } } }]`;
    const { plan } = compiled(template({ g: group(text), db: server(`[${nfs}]`) }));
    const [, second] = plan.nodes;
    expect(second?.roles[0]).toMatchObject({ options: { kind: 'constant', value: ['echo', 'web-1'] } });
    const inputs = second?.roles[0]?.inputs ?? [];
    expect(inputs[0]?.expression).toEqual({ kind: 'constant', value: 'n1' });
    // Heat resolves it as a whole, and replaces the variable itself.
    expect(numbered(inputs[1]?.expression)).toEqual({ kind: 'static', id: 's0' });
    expect(inputs[2]?.default).toBe('d1');
  });

  it('has the index of a member in the names behind what it reads at run time', () => {
    const inputs = "{ x: { get_attr: [db, path, 'n%index%'] }, y: { get_attr: [g, own, 'n%index%'] } }";
    const { plan } = compiled(template({ db: server(`[${nfs}]`), g: group(`[${role('a', inputs, '{ own: o }')}]`) }));
    expect(plan.nodes[2]?.roles[0]?.inputs.map(({ expression }) => expression)).toMatchObject([
      { kind: 'reference', segments: ['n1'] },
      { kind: 'gather', segments: ['n1'] },
    ]);
  });

  it('takes the index variable for text where Heat has another one', () => {
    const { plan } = compiled(
      template({ g: group(`[{ name: a, command: ['%index%', '<i>'] }]`, "count: 2, index_var: '<i>'") }),
    );
    expect(plan.nodes[1]?.roles[0]?.options).toEqual({ kind: 'constant', value: ['%index%', '1'] });
  });

  it('tells each warning once', () => {
    const text = template({ g: group(`[${role('a', '{ x: { get_param: key } }')}]`, 'count: 5') });
    expect(compiled(text).plan.warnings.filter((warning) => warning.includes('W_SECRET'))).toHaveLength(1);
  });
});

interface Definition {
  readonly properties: { readonly user_data: unknown };
}

interface Emitted {
  readonly parameters: Record<string, unknown>;
  readonly resources: Record<string, { readonly properties: Record<string, unknown> }>;
  readonly outputs: Record<string, unknown>;
}

const emitted = (text: string, options: Partial<CompileTemplateOptions> = {}) =>
  JSON.parse(compiled(text, options).template) as Emitted;

describe('the template of a group', () => {
  it('has no roles, tells each member which it is, and waits for all', () => {
    const { resources } = emitted(template({ g: group(`[${nfs}]`), s: scalingGroup(`[${nfs}]`) }));
    const [numberedGroup, scaling] = [
      resources['g']?.properties['resource_def'],
      resources['s']?.properties['resource'],
    ];
    expect(numberedGroup).not.toHaveProperty('metadata');
    expect(numberedGroup).toMatchObject({ properties: { user_data_format: 'RAW', image: 'i' } });
    expect(JSON.stringify(numberedGroup)).toContain('"node":"g-%index%"');
    expect(scaling).not.toHaveProperty('metadata');
    expect(JSON.stringify(scaling)).toContain('"group":"s"');
    expect(resources['heddle_wait_g']).toMatchObject({
      depends_on: 'g',
      properties: { count: 2, handle: { get_resource: 'heddle_handle_g' } },
    });
    expect(resources['heddle_wait_s']).toMatchObject({ properties: { count: 2 } });
  });

  it('keeps what else is in the metadata of its members', () => {
    const text = template({ g: group(`[${nfs}]`).replace('metadata: {', 'metadata: { mine: 1,') });
    expect(emitted(text).resources['g']?.properties['resource_def']).toMatchObject({ metadata: { mine: 1 } });
  });

  it('has user data of its own beside that of Heddle, with the index where it belongs', () => {
    const own = "image: i, user_data_format: RAW, user_data: '#!/bin/sh'";
    const { resources } = emitted(template({ g: group(`[${nfs}]`).replace('image: i', own) }));
    expect(Object.keys(resources)).toEqual(['heddle_handle_g', 'g', 'heddle_wait_g']);
    const { properties } = (resources['g'] as { properties: { resource_def: Definition } }).properties.resource_def;
    const [, [start, entries]] = (properties.user_data as { list_join: [string, [string, unknown[]]] }).list_join;
    expect([start, entries[0]]).toEqual(['#cloud-config-archive', { content: '#!/bin/sh' }]);
    expect(JSON.stringify(entries)).toContain('"node":"g-%index%"');
  });

  it('settles the parameter that gives the count, beside what else it may not be', () => {
    const text = withCount({ g: group(`[${nfs}]`, 'count: { get_param: n }') });
    const of = (n: number) => ({
      type: 'number',
      default: n,
      constraints: [
        { range: { max: 9 } },
        {
          allowed_values: [n],
          description: `the plan was compiled for n=${n}; for another number: heddle compile --parameter n=COUNT, then heddle seed`,
        },
      ],
    });
    expect(emitted(text).parameters['n']).toEqual(of(3));
    expect(emitted(text, { parameters: { n: '5' } }).parameters['n']).toEqual(of(5));
    expect(compiled(text, { parameters: { n: '5' } }).plan.groups).toEqual({ g: 5 });
    expect(emitted(text, { parameters: { n: '5' } }).resources['heddle_wait_g']).toMatchObject({
      properties: { count: 5 },
    });
  });

  it('has the same user data whatever the count is: a machine stays as it is when its group grows', () => {
    const text = withCount({ g: group(`[${nfs}]`, 'count: { get_param: n }') });
    const { g } = emitted(text).resources;
    expect(emitted(text, { parameters: { n: '5' } }).resources['g']).toEqual(g);
  });

  it('runs nothing on a group that has no members by its parameter, and others read nothing of it', () => {
    const text = withCount(
      {
        g: group(`[${nfs}]`, 'count: { get_param: n }'),
        web: server(`[${role('app', '{ x: { get_attr: [g, path] } }', '{}', ', after: [g.nfs]')}]`),
      },
      'outputs:\n  path:\n    value: { get_attr: [g, path] }\n',
    );
    const options = { parameters: { n: '0' } };
    const { plan } = compiled(text, options);
    expect(plan.groups).toEqual({});
    expect(plan.nodes.map(({ name }) => name)).toEqual(['web']);
    expect(plan.nodes[0]?.roles[0]).toMatchObject({
      after: [],
      inputs: [{ expression: { kind: 'constant', value: [] } }],
    });
    expect(plan.warnings).toEqual([
      'template.yaml:4: W_COUNT0: "g" has no members by the parameter "n", so nobody runs its roles',
    ]);
    const { resources, outputs } = emitted(text, options);
    expect(Object.keys(resources)).toEqual(['g', 'heddle_handle_web', 'web', 'heddle_wait_web']);
    expect(resources['g']?.properties['resource_def']).not.toHaveProperty('metadata');
    expect(outputs).toEqual({ path: { value: '{}' } });
  });

  it('shows what roles have published in the data of the wait condition', () => {
    const output = (read: string) => `outputs:\n  path:\n    value: { get_attr: ${read} }\n`;
    for (const read of ['[g, path]', '[g, attributes, path]', '[g, resource.0.path]']) {
      const { outputs, resources } = emitted(template({ g: group(`[${nfs}]`) }, output(read)));
      expect(outputs).toEqual({ path: { value: { get_attr: ['heddle_wait_g', 'data'] } } });
      expect(JSON.stringify(resources['g']), read).toContain('"report":["path"]');
    }
  });
});

describe('an error of a group', () => {
  const one = { g: group(`[${nfs}]`) };
  const reads = (input: string) => template({ ...one, a: server(`[${role('app', `{ x: ${input} }`)}]`) });

  it.each<[string, string, string]>([
    [
      'E_GROUP_INDEX',
      reads('{ get_attr: [g, resource.2.path] }'),
      '5: E_GROUP_INDEX: there is no "resource.2.path": "g" has the members 0 to 1',
    ],
    [
      'E_GROUP_INDEX of a name',
      reads("{ get_attr: [g, 'resource.%index%', path] }"),
      '5: E_GROUP_INDEX: there is no "resource.%index%": "g" has the members 0 to 1',
    ],
    [
      'E_ATTR',
      reads('{ get_attr: [g, paht] }'),
      '5: E_ATTR: "g" (OS::Nova::Server) has no attribute "paht", and its roles declare no such output; did you mean "path"?',
    ],
    [
      'E_ATTR of a group that scales',
      template({ s: scalingGroup(`[${nfs}]`), a: server(`[${role('app', '{ x: { get_attr: [s, path] } }')}]`) }),
      '5: E_ATTR: "s" (OS::Heat::AutoScalingGroup) has no attribute "path": for a list of what its members have, write [s, outputs_list, path]',
    ],
    [
      'E_RTPROP',
      template({ ...one, v: '{ type: OS::Heat::Value, properties: { value: { get_attr: [g, path] } } }' }),
      '5: E_RTPROP: the output "path" of "g" exists only at run time',
    ],
    [
      'E_SHADOW',
      template({ g: group(`[${role('a', '{}', '{ refs: r }')}]`) }),
      '4: E_SHADOW: "refs" is an attribute that Heat gives OS::Heat::ResourceGroup',
    ],
    [
      'E_CYCLE_LATE',
      template({ g: group(`[${role('a', '{ x: { get_resource: g } }')}]`) }),
      '4: E_CYCLE_LATE: the id of "g" is not known before "g" exists',
    ],
    ...['refs', 'refs_map', 'resource.0'].map((attribute): [string, string, string] => [
      `E_CYCLE_LATE of ${attribute}`,
      template({ g: group(`[${role('a', `{ x: { get_attr: [g, ${attribute}] } }`)}]`) }),
      `4: E_CYCLE_LATE: the attribute "${attribute}" of "g" is not known before "g" exists, and until then Heat gives a part of it: read an attribute of its members that tells their ids, such as show`,
    ]),
    [
      'E_SENSITIVE of refs',
      template({ g: group(`[${role('a', '{ x: { $value: { get_attr: [g, refs] }, sensitive: true } }')}]`) }),
      '4: E_SENSITIVE: the attribute "refs" of "g" cannot stay out of the user data, as "sensitive: true" asks: read an attribute of its members that tells their ids, such as show',
    ],
    [
      'E_LATER',
      template({ g: group(`[${role('a', '{ x: { get_attr: [g, path] } }')}, ${nfs}]`) }),
      '4: E_LATER: role "a" reads "path", which role "nfs" writes later on the same server',
    ],
    [
      'E_COUNT0',
      template({ g: group(`[${nfs}]`, 'count: 0') }),
      '4: E_COUNT0: "g" has no members, so nobody would run its roles: remove them',
    ],
    [
      'E_GROUP of a count that is computed',
      template({ g: group(`[${nfs}]`, 'count: { str_replace: { template: N, params: { N: 1 } } }') }),
      '4: E_GROUP: the plan has a node for each member of "g": give "count" as a number, or as get_param of a parameter, not as str_replace',
    ],
    [
      'E_GROUP of a count without a value',
      withCount({ g: group(`[${nfs}]`, 'count: { get_param: n }') }).replace('default: 3, ', ''),
      '4: E_GROUP: the plan has a node for each member of "g", and the parameter "n" has no default: give its value with --parameter n=COUNT',
    ],
    [
      'E_GROUP of a count that is none',
      withCount({ g: group(`[${nfs}]`, 'count: { get_param: n }') }).replace('default: 3', 'default: 1.5'),
      '4: E_GROUP: the parameter "n" gives the count of "g": a count is a whole number up to 10000',
    ],
    [
      'E_GROUP of an index variable that is everywhere',
      template({ g: group(`[${nfs}]`, "count: 2, index_var: '$'") }),
      '4: E_GROUP: Heat would replace "$" in what Heddle writes into the user data, too',
    ],
    [
      'E_GROUP of members that are no servers',
      template({ g: group(`[${nfs}]`).replace('type: OS::Nova::Server', 'type: OS::Nova::Other') }),
      '4: E_GROUP: roles count on members of type OS::Nova::Server, not "OS::Nova::Other"',
    ],
    [
      'E_GROUP of a member that is to be removed',
      template({ g: group(`[${nfs}]`, "count: 2, removal_policies: [{ resource_list: ['7', 1] }]") }),
      '4: E_GROUP: Heat would create "g" without the member 1, and with a later one that the plan does not have',
    ],
    [
      'E_GROUP of another kind of group',
      template({ g: scalingGroup(`[${nfs}]`).replace('AutoScalingGroup', 'InstanceGroup') }),
      '4: E_GROUP: roles on the members of OS::Heat::InstanceGroup are not supported: write "g" as OS::Heat::AutoScalingGroup',
    ],
    [
      'E_USERDATA',
      template({
        g: group(`[${nfs}]`).replace('image: i', 'image: i, user_data_format: RAW, user_data: { get_resource: x }'),
        x: '{ type: OS::Heat::SoftwareConfig }',
      }),
      '4: E_USERDATA: the members of "g" share it with what Heddle adds, so it has to begin with #! or #cloud-config',
    ],
    [
      'E_NAME of a server named as a member',
      template({ ...one, g_1: server(`[${nfs}]`) }),
      '5: E_NAME: "g_1" and "g" would both be the node "g-1"',
    ],
  ])('%s has its line and says what to do', (_, text, message) => {
    expect(errorOf(text)).toContain(`template.yaml:${message}`);
  });

  it('is told alone when the count of the group is not known: no index is wrong then', () => {
    const text = template({
      g: group(`[${nfs}]`, 'count: x'),
      a: server(`[${role('app', '{ x: { get_attr: [g, resource.7.path] } }')}]`),
    });
    expect(errorOf(text)).not.toContain('E_GROUP_INDEX');
  });

  it('is a value of a parameter that decides nothing', () => {
    const text = template({ g: group(`[${nfs}]`) });
    expect(errorOf(text, { parameters: { sizes: '2' } })).toBe(
      'the template has no parameter "sizes"; did you mean "size"?',
    );
    expect(errorOf(text, { parameters: { size: '2' } })).toContain('"size" is for Heat');
  });
});
