import { describe, expect, it } from 'vitest';
import { compiled, expressionOf, group, numbered, role, server, template } from './support/compile.ts';
import { reading, staticOf } from './support/reading.ts';

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
