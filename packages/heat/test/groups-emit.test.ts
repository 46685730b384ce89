import { describe, expect, it } from 'vitest';
import { type CompileTemplateOptions } from '../src/index.ts';
import { compiled, group, role, scalingGroup, server, template } from './support/compile.ts';
import { nfs, withCount } from './support/groups.ts';

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
