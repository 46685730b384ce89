import { describe, expect, it } from 'vitest';
import { compiled, expressionOf, group, numbered, role, server, template } from './support/compile.ts';

const outputs = '{ port: mysql.port, made: made }';
const db = server(`[${role('mysql', '{}', outputs)}]`);
const conditions = 'conditions: { big: { equals: [{ get_param: size }, x] } }\n';
const port = { kind: 'reference', node: 'db', output: 'port', segments: [] };

/** A template in which web reads one input. */
function reading(input: string, more: Readonly<Record<string, string>> = {}): string {
  return template({ db, ...more, web: server(`[${role('app', `{ x: ${input} }`)}]`) }, conditions);
}

/** The values that come with the user data of a server, by the names that `numbered` gives their ids. */
function staticOf(text: string, resource: string): readonly unknown[] {
  const { resources } = JSON.parse(compiled(text).template) as {
    resources: Record<
      string,
      { properties: { user_data: { list_join: [string, [string, { write_files: { content: unknown }[] }]] } } }
    >;
  };
  const [, [, config]] = resources[resource]?.properties.user_data.list_join ?? ['', ['', { write_files: [] }]];
  const content = config.write_files[0]?.content as { list_join: [string, [{ static: Record<string, unknown> }]] };
  return Object.values(content.list_join[1][0].static);
}

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

describe('what a condition is expected to be', () => {
  const expectedOf = (condition: string, more: string, parameters?: Record<string, string>) => {
    const text = template(
      { db, web: server(`[${role('app', `{ x: { if: [${condition}, { get_attr: [db, port] }, none] } }`)}]`) },
      `conditions:\n  big: { equals: [{ get_param: size }, x] }\n${more}`,
    );
    const options = parameters === undefined ? {} : { parameters, isPreview: true };
    return (expressionOf(compiled(text, options), 'web') as { expected?: unknown }).expected;
  };

  it.each<[string, unknown]>([
    ['{ equals: [{ get_param: size }, m1.small] }', true],
    ['{ not: big }', true],
    ['{ and: [{ not: big }, { equals: ["5", 5] }] }', true],
    ['{ or: [big, { equals: [true, "true"] }] }', true],
    ['{ or: [big, big] }', false],
    ['{ equals: [{ get_param: "OS::stack_name" }, x] }', undefined],
    ['{ and: [big, { equals: [{ get_param: "OS::stack_name" }, x] }] }', false],
    ['{ or: [big, { equals: [{ get_param: "OS::stack_name" }, x] }] }', undefined],
    ['{ yaql: { expression: "true", data: {} } }', undefined],
    ['other', undefined],
  ])('follows from the defaults: %s is %s', (condition, expected) => {
    const circle = '  other: { not: another }\n  another: { not: other }\n';
    expect(expectedOf('asked', `  asked: ${condition}\n${circle}`)).toBe(expected);
  });

  it('follows from a parameter that is given to who looks ahead', () => {
    expect(expectedOf('big', '', { size: 'x' })).toBe(true);
    expect(expectedOf('big', '')).toBe(false);
  });
});

describe('a server that is there only when its condition holds', () => {
  const some = server(`[${role('m', '{}', '{ p: p }')}]`, '', ', condition: big');
  const choice = (value: unknown) => ({
    kind: 'choice',
    by: 's0',
    expected: false,
    cases: [
      [true, { kind: 'reference', node: 'some', output: 'p', segments: [] }],
      [false, { kind: 'constant', value }],
    ],
  });

  it('gives null when it is not there', () => {
    const text = reading('{ get_attr: [some, p] }', { some });
    expect(expressionOf(compiled(text), 'web')).toEqual(choice(null));
    expect(staticOf(text, 'web')).toEqual([{ if: ['big', true, false] }]);
  });

  it('gives the default of the input that reads it', () => {
    const text = reading('{ $value: { get_attr: [some, p] }, default: 7 }', { some });
    expect(expressionOf(compiled(text), 'web')).toEqual(choice(7));
  });

  it('is no choice for a server with the same condition, and for a read that fails at once', () => {
    const reader = server(`[${role('app', '{ x: { get_attr: [some, p] } }')}]`, '', ', condition: big');
    expect(expressionOf(compiled(template({ some, reader }, conditions)), 'reader')).toMatchObject({
      kind: 'reference',
    });
    const failing = reading('{ $value: { get_attr: [some, p] }, missing: fail }', { some });
    expect(expressionOf(compiled(failing), 'web')).toMatchObject({ kind: 'reference' });
  });
});

describe('what Heat knows of a server that is there only when its condition holds', () => {
  const some = server(`[${role('m')}]`, '', ', condition: big');
  const address = '{ get_attr: [some, first_address] }';
  const first = { kind: 'static', id: 's1' };

  it('gives the default of the input that reads it when it is not there', () => {
    const text = reading(`{ $value: ${address}, default: 10.0.0.1 }`, { some });
    expect(expressionOf(compiled(text), 'web')).toEqual({
      kind: 'choice',
      by: 's0',
      expected: false,
      cases: [
        [true, first],
        [false, { kind: 'constant', value: '10.0.0.1' }],
      ],
    });
    expect(staticOf(text, 'web')).toEqual([{ get_attr: ['some', 'first_address'] }, { if: ['big', true, false] }]);
  });

  it('fails the read that may not be without it', () => {
    const text = reading(`{ $value: ${address}, missing: fail }`, { some });
    expect(expressionOf(compiled(text), 'web')).toEqual({
      kind: 'choice',
      by: 's0',
      expected: false,
      cases: [[true, first]],
      absent: 'some.first_address',
    });
  });

  it('is null for an input that says nothing of it, and inside of functions', () => {
    for (const input of [address, `{ $value: { list_join: [":", [${address}, 80]] }, default: x }`]) {
      expect(expressionOf(compiled(reading(input, { some })), 'web')).toEqual({ kind: 'static', id: 's0' });
    }
  });

  it('is asked for without its condition where the reader has the same one', () => {
    const reader = server(`[${role('app', `{ x: { $value: ${address}, default: none } }`)}]`, '', ', condition: big');
    expect(expressionOf(compiled(template({ some, reader }, conditions)), 'reader')).toMatchObject({ kind: 'static' });
  });

  it('is chosen by text in a template of CloudFormation', () => {
    const text = JSON.stringify({
      AWSTemplateFormatVersion: '2010-09-09',
      Parameters: { Size: { Type: 'String', Default: 'x' } },
      Conditions: { Big: { 'Fn::Equals': [{ Ref: 'Size' }, 'x'] } },
      Resources: {
        Some: { Type: 'AWS::EC2::Instance', Condition: 'Big', Properties: { ImageId: 'i', InstanceType: 'f' } },
        Web: {
          Type: 'AWS::EC2::Instance',
          Properties: { ImageId: 'i', InstanceType: 'f' },
          Metadata: {
            roles: [
              {
                name: 'app',
                command: ['true'],
                inputs: { x: { $value: { 'Fn::GetAtt': ['Some', 'PrivateIp'] }, default: 'nobody' } },
              },
            ],
          },
        },
      },
    });
    expect(expressionOf(compiled(text), 'web')).toEqual({
      kind: 'choice',
      by: 's0',
      expected: 'true',
      cases: [
        ['true', first],
        ['false', { kind: 'constant', value: 'nobody' }],
      ],
    });
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

describe('a value that only Heat has in time', () => {
  const ip =
    '{ type: OS::Nova::FloatingIPAssociation, properties: { floating_ip: f, server_id: { get_resource: web } } }';
  const own = reading('{ get_attr: [ip, show] }', { ip });

  it('is an output of the stack, and of the node that stands for it', () => {
    const result = compiled(own);
    expect(expressionOf(result, 'web')).toEqual({ kind: 'reference', node: 'stack', output: 'ip_show', segments: [] });
    expect(result.plan.nodes.at(-1)).toMatchObject({
      name: 'stack',
      roles: [{ name: 'outputs', adapter: 'stack', outputs: [{ name: 'ip_show', sensitive: false }] }],
    });
    expect((JSON.parse(result.template) as { outputs: unknown }).outputs).toMatchObject({
      heddle_late_ip_show: { value: { get_attr: ['ip', 'show'] } },
    });
    expect(result.plan.warnings).toEqual([expect.stringMatching(/^template\.yaml:6: W_LATE: /)]);
    expect(result.references[0]).toMatchObject({
      resolved: 'at run time',
      by: expect.stringContaining('heddle seed --watch'),
    });
  });

  it('is what a sensitive input reads from Heat, which then is in no user data', () => {
    const secret =
      '{ $value: { list_join: [":", [root, { get_attr: [pw, value] }, { get_param: key }]] }, sensitive: true }';
    const text = reading(secret, { pw: '{ type: OS::Heat::RandomString }' });
    const result = compiled(text);
    expect(expressionOf(result, 'web')).toMatchObject({
      kind: 'call',
      function: 'list_join',
      argument: {
        items: [
          {},
          {
            items: [
              { kind: 'constant', value: 'root' },
              { kind: 'reference', node: 'stack', output: 'pw_value' },
              { kind: 'reference', node: 'stack', output: 'key' },
            ],
          },
        ],
      },
    });
    expect(staticOf(text, 'web')).toEqual([]);
    expect(result.plan.nodes.at(-1)?.roles[0]?.outputs.map(({ sensitive }) => sensitive)).toEqual([true, true]);
    expect(result.plan.warnings).toEqual([expect.stringContaining('W_LATE')]);
  });

  it('leaves the constants beside it out of the plan: they come with the user data, by ids that tell nothing of them', () => {
    const map = (secret: string) =>
      `{ $value: { user: ${secret}, pin: 4711, is_on: true, none: "", more: [{ token: t0ken }, { if: [big, plum, pear] }], pass: { get_param: key } }, sensitive: true }`;
    const result = compiled(reading(map('hunter2')));
    const plan = JSON.stringify(result.plan);
    for (const constant of ['hunter2', '4711', 't0ken', 'plum', 'pear']) expect(plan).not.toContain(constant);
    const id = (text: string) => ({ kind: 'static', id: text });
    expect(expressionOf(result, 'web')).toEqual({
      kind: 'map',
      entries: [
        ['user', id('s0')],
        ['pin', id('s1')],
        ['is_on', { kind: 'constant', value: true }],
        ['none', { kind: 'constant', value: '' }],
        [
          'more',
          {
            kind: 'list',
            items: [
              { kind: 'map', entries: [['token', id('s2')]] },
              {
                kind: 'choice',
                by: 's3',
                expected: false,
                cases: [
                  [true, id('s4')],
                  [false, id('s5')],
                ],
              },
            ],
          },
        ],
        ['pass', { kind: 'reference', node: 'stack', output: 'key', segments: [] }],
      ],
    });
    expect(staticOf(reading(map('hunter2')), 'web')).toEqual([
      'hunter2',
      4711,
      't0ken',
      { if: ['big', true, false] },
      { if: ['big', 'plum', null] },
      { if: ['big', null, 'pear'] },
    ]);
    const idsOf = (text: string) => JSON.stringify(compiled(reading(map(text))).plan.nodes);
    expect(idsOf('hunter3')).toBe(idsOf('hunter2'));
    expect(result.plan.warnings).toEqual([
      expect.stringMatching(/^template\.yaml:5: W_SECRET: a constant of a sensitive input/),
      expect.stringContaining('W_LATE'),
    ]);
  });

  it('keeps the ids of constants when others are added: a machine of the older template has them all', () => {
    const map = (more: string) =>
      reading(
        `{ $value: { ${more}user: hunter2, more: [{ token: t0ken }], pass: { get_param: key } }, sensitive: true }`,
      );
    const entriesOf = (text: string) => {
      const web = compiled(text).plan.nodes.find(({ name }) => name === 'web');
      const expression = web?.roles[0]?.inputs[0]?.expression;
      return expression?.kind === 'map' ? expression.entries : [];
    };
    const older = entriesOf(map(''));
    expect(older.map(([key]) => key)).toEqual(['user', 'more', 'pass']);
    expect(entriesOf(map('first: added, ')).slice(1)).toEqual(older);
  });

  it.each([
    ['map_merge', '{ map_merge: [{ user: hunter2 }, { pin: 4711 }, { pass: { get_param: key } }] }'],
    ['list_concat', '{ list_concat: [[hunter2], [4711, { get_param: key }]] }'],
    ['filter', '{ filter: [[x], [hunter2, 4711, { get_param: key }]] }'],
    ['map_replace', '{ map_replace: [{ user: hunter2, pass: { get_param: key } }, { values: { x: 4711 } }] }'],
  ])('leaves the constants that %s hands on with it out of the plan, too', (_, value) => {
    const text = reading(`{ $value: ${value}, sensitive: true }`);
    const result = compiled(text);
    for (const constant of ['hunter2', '4711']) expect(JSON.stringify(result.plan)).not.toContain(constant);
    expect(staticOf(text, 'web')).toEqual(['hunter2', 4711]);
    expect(result.plan.warnings[0]).toMatch(/^template\.yaml:5: W_SECRET: a constant of a sensitive input/);
  });

  it('of each member of a group is told to whoever copies it: members come one by one', () => {
    const words = group(`[${role('one', '{ x: { get_attr: [all, networks] }, y: { get_attr: [all, show] } }')}]`);
    expect(compiled(template({ all: words })).plan.nodes.at(-1)?.roles[0]).toMatchObject({
      outputs: [{ name: 'all_networks' }, { name: 'all_show' }],
      options: { value: { of_members: ['all_networks'] } },
    });
  });

  it('is sensitive when it is secret, although a circle alone makes it late', () => {
    const pw = '{ type: OS::Heat::RandomString, properties: { salt: { get_attr: [web, first_address] } } }';
    const { plan } = compiled(reading('{ list_join: [":", [root, { get_attr: [pw, value] }]] }', { pw }));
    const web = plan.nodes.find(({ name }) => name === 'web');
    expect(web?.roles[0]?.inputs[0]).toMatchObject({ sensitive: true });
    expect(plan.nodes.at(-1)?.roles[0]?.outputs).toMatchObject([{ name: 'pw_value', sensitive: true }]);
    expect(plan.warnings).toEqual([expect.stringContaining('W_LATE')]);
  });

  it('is the value of a random string where its id is asked for: Heat gives a name for an id until there is one', () => {
    const text = reading('{ $value: { get_resource: pw }, sensitive: true }', {
      pw: '{ type: OS::Heat::RandomString }',
    });
    expect((JSON.parse(compiled(text).template) as { outputs: unknown }).outputs).toMatchObject({
      heddle_late_pw_value: { value: { get_attr: ['pw', 'value'] } },
    });
  });

  it('has a name of its own, whatever the names in the template are', () => {
    const text = template({
      'a-b': '{ type: OS::Heat::RandomString }',
      a_b: '{ type: OS::Heat::RandomString }',
      web: server(
        `[${role('app', '{ x: { $value: [{ get_attr: [a-b, value] }, { get_attr: [a_b, value] }, { get_attr: [a_b, { get_param: size }] }], sensitive: true } }')}]`,
      ),
    });
    const names =
      compiled(text)
        .plan.nodes.at(-1)
        ?.roles[0]?.outputs.map(({ name }) => name) ?? [];
    expect(names).toEqual([
      'a_b_value',
      expect.stringMatching(/^a_b_value_[0-9a-f]{12}$/),
      expect.stringMatching(/^value_[0-9a-f]{12}$/),
    ]);
  });

  it('comes from nowhere when its resource is not there', () => {
    const pw = '{ type: OS::Heat::RandomString, condition: big }';
    const text = reading('{ $value: { get_attr: [pw, value] }, sensitive: true }', { pw });
    expect(numbered(expressionOf(compiled(text), 'web'))).toMatchObject({
      kind: 'choice',
      cases: [
        [true, { output: 'pw_value' }],
        [false, { kind: 'constant', value: null }],
      ],
    });
  });
});
