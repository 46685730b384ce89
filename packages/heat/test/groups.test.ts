import { isHeddleError, type PlanNode } from '@heddle/core';
import { describe, expect, it } from 'vitest';
import { knownText } from '../src/emit/known-text.ts';
import { type CompileTemplateOptions } from '../src/index.ts';
import { type Data } from '../src/read/data.ts';
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
import { nfs } from './support/groups.ts';

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
