import { describe, expect, it } from 'vitest';
import { compiled, expressionOf, group, role, server, template } from './support/compile.ts';
import { nfs } from './support/groups.ts';
import { db, reading, staticOf } from './support/reading.ts';

const port = { kind: 'reference', node: 'db', output: 'port', segments: [] };

describe('a function at run time', () => {
  it.each<[string, string, unknown]>([
    [
      'map_merge takes what stands behind its name',
      '{ map_merge: [{ get_attr: [db, port] }, { a: 1 }] }',
      { kind: 'list', items: [port, { kind: 'constant', value: { a: 1 } }] },
    ],
    ['list_concat takes a list that is itself a value', '{ list_concat: { get_attr: [db, port] } }', port],
    [
      'repeat runs where Heat could not validate it',
      '{ repeat: { template: "%a%:1", for_each: { "%a%": { get_attr: [db, addresses, net] } } } }',
      { kind: 'static', id: 's0' },
    ],
  ])('%s', (_, input, argument) => {
    expect(expressionOf(compiled(reading(input)), 'web')).toMatchObject({ kind: 'call', argument });
  });

  it.each([
    ['contains', '{ contains: [x, { get_attr: [db, networks] }] }'],
    ['digest', '{ digest: [sha256, { get_attr: [db, name] }] }'],
    ['str_replace_vstrict', '{ str_replace_vstrict: { template: hA, params: { A: { get_attr: [db, name] } } } }'],
    ['str_split', '{ str_split: ["-", { list_join: ["-", [a, { get_attr: [db, name] }]] }, 1] }'],
  ])('%s runs where Heat could not validate it, too', (name, input) => {
    expect(expressionOf(compiled(reading(input)), 'web')).toMatchObject({ kind: 'call', function: name });
  });

  it('str_split without an index stays with Heat, which gives null for null', () => {
    const text = reading('{ str_split: [".", { get_attr: [db, first_address] }] }');
    expect(expressionOf(compiled(text), 'web')).toMatchObject({ kind: 'static' });
  });

  it('repeat has permutations from Pike on; before, Heat does not look at them', () => {
    const input = '{ repeat: { template: "%a%", for_each: { "%a%": { get_attr: [db, port] } }, permutations: false } }';
    const keys = (version: string) => {
      const text = template({ db, web: server(`[${role('app', `{ x: ${input} }`)}]`) }, '', version);
      const { argument } = expressionOf(compiled(text), 'web') as { argument: { entries: [string, unknown][] } };
      return argument.entries.map(([key]) => key);
    };
    expect(keys('ocata')).toEqual(['template', 'for_each']);
    expect(keys('pike')).toEqual(['template', 'for_each', 'permutations']);
  });
});

describe('if', () => {
  it('around a value of run time is a choice by what Heat says of the condition', () => {
    const text = reading('{ if: [big, { get_attr: [db, port] }, { get_param: size }] }');
    expect(expressionOf(compiled(text), 'web')).toEqual({
      kind: 'choice',
      by: 's0',
      expected: false,
      cases: [
        [true, port],
        [false, { kind: 'static', id: 's1' }],
      ],
    });
    expect(staticOf(text, 'web')).toEqual([{ if: ['big', true, false] }, { if: ['big', null, { get_param: 'size' }] }]);
  });

  it('over what Heat knows stays with Heat', () => {
    const text = reading('{ if: [big, { get_attr: [db, first_address] }, none] }');
    expect(expressionOf(compiled(text), 'web')).toEqual({ kind: 'static', id: 's0' });
  });
});

describe('get_attr', () => {
  it('with computed segments selects where the role runs', () => {
    const { argument } = expressionOf(compiled(reading('{ get_attr: [db, port, { get_param: size }, 0] }')), 'web') as {
      argument: unknown;
    };
    expect(argument).toEqual({
      kind: 'list',
      items: [port, { kind: 'static', id: 's0' }, { kind: 'constant', value: 0 }],
    });
  });

  it.each([-1, 0.5])('with the number %s, which is no index of a plan, selects where the role runs', (number) => {
    expect(expressionOf(compiled(reading(`{ get_attr: [db, port, ${number}] }`)), 'web')).toEqual({
      kind: 'call',
      function: 'select',
      argument: { kind: 'list', items: [port, { kind: 'constant', value: number }] },
    });
  });

  it('with a computed attribute is a choice among the outputs of roles', () => {
    const text = reading('{ get_attr: [db, { get_param: size }] }');
    expect(expressionOf(compiled(text), 'web')).toEqual({
      kind: 'choice',
      by: 's0',
      expected: 'm1.small',
      cases: [
        ['port', port],
        ['made', { ...port, output: 'made' }],
      ],
    });
    expect(staticOf(text, 'web')).toEqual([{ get_param: 'size' }]);
  });

  it('with a computed attribute of a server without outputs stays with Heat, and is an edge', () => {
    const text = template({
      plain:
        '{ type: OS::Nova::Server, properties: { image: i, flavor: f, name: { get_attr: [web, { get_param: size }] } } }',
      web: server(`[${role('app', '{ x: { get_attr: [plain, name] } }')}]`),
    });
    expect(compiled(text).references[0]).toMatchObject({ resolved: 'at run time' });
  });

  it('of all attributes puts the outputs of roles over what Heat has', () => {
    const text = reading('{ get_attr: [db] }');
    expect(expressionOf(compiled(text), 'web')).toEqual({
      kind: 'call',
      function: 'map_merge',
      argument: {
        kind: 'list',
        items: [
          { kind: 'static', id: 's0' },
          {
            kind: 'map',
            entries: [
              ['port', port],
              ['made', { ...port, output: 'made' }],
            ],
          },
        ],
      },
    });
  });
});

describe('with run time preferred', () => {
  it.each([
    ['0', { kind: 'reference', node: 'db', output: 'first_address', segments: [0] }],
    [
      '-1',
      {
        kind: 'call',
        function: 'select',
        argument: {
          kind: 'list',
          items: [
            { kind: 'reference', node: 'db', output: 'first_address', segments: [] },
            { kind: 'constant', value: -1 },
          ],
        },
      },
    ],
  ])('the segment %s of an address is taken from what the machine publishes', (segment, expression) => {
    const text = reading(`{ get_attr: [db, first_address, ${segment}] }`);
    expect(expressionOf(compiled(text, { prefer: 'runtime' }), 'web')).toEqual(expression);
  });

  it('a computed segment of what members of a group have stays with Heat', () => {
    const servers = { g: group(`[${nfs}]`), web: server(`[${role('app', '{ x: INPUT }')}]`) };
    const of = (segment: string) =>
      expressionOf(
        compiled(template(servers).replace('INPUT', `{ get_attr: [g, resource.0, first_address, ${segment}] }`), {
          prefer: 'runtime',
        }),
        'web',
      );
    expect(of('0')).toEqual({ kind: 'reference', node: 'g-0', output: 'first_address', segments: [0] });
    expect(of('-1')).toMatchObject({ kind: 'static' });
    expect(of('{ get_param: size }')).toMatchObject({ kind: 'static' });
  });

  const chain = template({
    a: server(`[${role('one')}]`),
    b: server(`[${role('two', '{ x: { get_attr: [a, first_address] }, y: { get_attr: [a, networks] } }')}]`),
  });

  it('machines publish addresses and names that Heat could give, and the report says why', () => {
    const { plan, references } = compiled(chain, { prefer: 'runtime' });
    expect(plan.nodes[0]?.roles[0]).toMatchObject({ name: 'machine', outputs: [{ name: 'first_address' }] });
    expect(references.map(({ reference, resolved, by }) => [reference, resolved, by])).toEqual([
      ['a.first_address', 'at run time', 'run time is preferred: a publishes it when it has booted'],
      ['a.networks', 'by Heat', 'get_attr'],
    ]);
  });

  it('does nothing unless it is asked for', () => {
    expect(compiled(chain).references.map(({ resolved }) => resolved)).toEqual(['by Heat', 'by Heat']);
  });
});
