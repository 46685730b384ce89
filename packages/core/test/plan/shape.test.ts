import { describe, expect, it } from 'vitest';
import { compiled, faults, lines, nodes, refusal } from './deployment.ts';

const role = 'roles: [{ name: a, command: x }]';

describe('the top of a deployment file', () => {
  it.each<[string, string, string[]]>([
    [
      'without anything that must be there',
      lines('params: {}'),
      [
        'heddle.yaml:1: the key "deployment" is missing',
        'heddle.yaml:1: the key "heddle" is missing',
        'heddle.yaml:1: the key "nodes" is missing',
      ],
    ],
    [
      'of another version',
      lines('heddle: 2', 'deployment: shop', `nodes: { db: { ${role} } }`),
      ['heddle.yaml:1: "heddle" must be 1: this is the version of the format that this Heddle reads'],
    ],
    [
      'with an unknown key',
      lines('heddle: 1', 'deployment: shop', 'node: {}', `nodes: { db: { ${role} } }`),
      ['heddle.yaml:3: unknown key "node"; did you mean "nodes"?'],
    ],
    [
      'with a key like no other',
      lines('heddle: 1', 'deployment: shop', 'x-common: 1', `nodes: { db: { ${role} } }`),
      [
        'heddle.yaml:3: unknown key "x-common"; known here are heddle, deployment, store, params, deadline, grace and nodes',
      ],
    ],
    [
      'with a bad name',
      lines('heddle: 1', 'deployment: My Shop', `nodes: { db: { ${role} } }`),
      [
        'heddle.yaml:2: "My Shop" is no deployment name: lower-case letters, digits and "-", a letter first; did you mean "my-shop"?',
      ],
    ],
    [
      'with a number as its name',
      lines('heddle: 1', 'deployment: 7', `nodes: { db: { ${role} } }`),
      ['heddle.yaml:2: "deployment" must be a string, is a number'],
    ],
    [
      'with an empty store',
      lines('heddle: 1', 'deployment: shop', 'store: ""', `nodes: { db: { ${role} } }`),
      ['heddle.yaml:3: "store" is empty'],
    ],
    [
      'with a list of params',
      lines('heddle: 1', 'deployment: shop', 'params: [a]', `nodes: { db: { ${role} } }`),
      ['heddle.yaml:3: "params" must be a map, is a list'],
    ],
    [
      'with a bad param name',
      lines('heddle: 1', 'deployment: shop', 'params: { "a.b": 1 }', `nodes: { db: { ${role} } }`),
      ['heddle.yaml:3: "a.b" is no param name: letters, digits, "_" and "-", a letter first; did you mean "a_b"?'],
    ],
    [
      'with a number as the deadline',
      lines('heddle: 1', 'deployment: shop', 'deadline: 600', `nodes: { db: { ${role} } }`),
      ['heddle.yaml:3: "deadline" must be a string, is a number; with its unit it reads "600s"'],
    ],
    [
      'with a deadline without a unit',
      lines('heddle: 1', 'deployment: shop', 'deadline: "600"', `nodes: { db: { ${role} } }`),
      ['heddle.yaml:3: the deadline "600" has no unit; did you mean "600s"?'],
    ],
    [
      'with a deadline that is none',
      lines('heddle: 1', 'deployment: shop', 'deadline: soon', `nodes: { db: { ${role} } }`),
      ['heddle.yaml:3: the deadline "soon" is no duration; write it like 250ms, 90s, 10m or 1h30m'],
    ],
    [
      'with a deadline of zero',
      lines('heddle: 1', 'deployment: shop', 'deadline: 0s', `nodes: { db: { ${role} } }`),
      ['heddle.yaml:3: the deadline "0s" is no time at all; for "do not wait" say missing: fail'],
    ],
    [
      'with nodes that are nothing',
      lines('heddle: 1', 'deployment: shop', 'nodes:'),
      ['heddle.yaml:3: "nodes" must be a map, has no value'],
    ],
    [
      'without a node',
      lines('heddle: 1', 'deployment: shop', 'nodes: {}'),
      ['heddle.yaml:3: "nodes" is empty: a deployment has at least one node'],
    ],
    [
      'with a list of nodes',
      lines('heddle: 1', 'deployment: shop', 'nodes: [db]'),
      ['heddle.yaml:3: "nodes" must be a map, is a list'],
    ],
  ])('%s is refused', (_, text, expected) => {
    expect(faults(text)).toEqual(expected);
  });
});

describe('a node', () => {
  it.each<[string, string[], string[]]>([
    [
      'with a bad name',
      [`DB_1: { ${role} }`],
      [
        'heddle.yaml:4: "DB_1" is no node name: lower-case letters, digits and "-", a letter first; did you mean "db-1"?',
      ],
    ],
    [
      'with a name that cannot be repaired',
      [`"1": { ${role} }`],
      ['heddle.yaml:4: "1" is no node name: lower-case letters, digits and "-", a letter first'],
    ],
    [
      'named self',
      [`self: { ${role} }`],
      ['heddle.yaml:4: no node can be named "self": ${self...} means something else'],
    ],
    [
      'named params',
      [`params: { ${role} }`],
      ['heddle.yaml:4: no node can be named "params": ${params...} means something else'],
    ],
    ['that is nothing', ['db:'], ['heddle.yaml:4: "db" must be a map, has no value']],
    ['without roles', ['db: {}'], ['heddle.yaml:4: the key "roles" is missing']],
    [
      'with an empty list of roles',
      ['db: { roles: [] }'],
      ['heddle.yaml:4: "roles" is empty: a node has at least one role'],
    ],
    ['with a map of roles', ['db: { roles: { a: 1 } }'], ['heddle.yaml:4: "roles" must be a list, is a map']],
    [
      'with an unknown key',
      ['db:', `  ${role}`, '  cuont: 2'],
      ['heddle.yaml:6: unknown key "cuont"; did you mean "count"?'],
    ],
    [
      'with a role at the wrong level',
      ['db:', `  ${role}`, '  chef: {}'],
      ['heddle.yaml:6: unknown key "chef"; known here are count and roles'],
    ],
    [
      'with a count of zero',
      ['web:', '  count: 0', `  ${role}`],
      ['heddle.yaml:5: a group has at least one member: "count" must be 1 or more'],
    ],
    [
      'with a negative count',
      ['web:', '  count: -1', `  ${role}`],
      ['heddle.yaml:5: a group has at least one member: "count" must be 1 or more'],
    ],
    [
      'with half a member',
      ['web:', '  count: 1.5', `  ${role}`],
      ['heddle.yaml:5: "count" must be a whole number, is a number'],
    ],
    [
      'with a count in words',
      ['web:', '  count: three', `  ${role}`],
      ['heddle.yaml:5: "count" must be a whole number, is a string'],
    ],
    [
      'with a count beyond reason',
      ['web:', '  count: 10001', `  ${role}`],
      ['heddle.yaml:5: "count" must be at most 10000'],
    ],
    [
      'with the name of a member before its group',
      [`web-1: { ${role} }`, `web: { count: 2, ${role} }`],
      ['heddle.yaml:4: "web-1" is already a member of the group "web" (line 5)'],
    ],
    [
      'that is a group with the name of a member',
      [`web: { count: 2, ${role} }`, `web-0: { count: 2, ${role} }`],
      ['heddle.yaml:5: "web-0" is already a member of the group "web" (line 4)'],
    ],
  ])('%s is refused', (_, text, expected) => {
    expect(faults(nodes(...text))).toEqual(expected);
  });
});

it('a node may have a name like a member that its group does not have', () => {
  const plan = compiled(nodes(`web: { count: 2, ${role} }`, `web-2: { ${role} }`, `web-00: { ${role} }`));
  expect(plan.nodes.map(({ name }) => name)).toEqual(['web-0', 'web-1', 'web-2', 'web-00']);
});

describe('a role', () => {
  it.each<[string, string[], string[]]>([
    ['without a name', ['db: { roles: [{ command: x }] }'], ['heddle.yaml:4: the key "name" is missing']],
    ['that is text', ['db: { roles: [mysql] }'], ['heddle.yaml:4: an entry of "roles" must be a map, is a string']],
    [
      'with a bad name',
      ['db: { roles: [{ name: My-App, command: x }] }'],
      [
        'heddle.yaml:4: "My-App" is no role name: lower-case letters, digits and "_", a letter first; did you mean "my_app"?',
      ],
    ],
    [
      'with the name of another',
      ['db:', '  roles:', '    - { name: a, command: x }', '    - { name: a, command: y }'],
      ['heddle.yaml:7: the role "a" stands here a second time; the first is on line 6'],
    ],
    [
      'with a list of inputs',
      ['db: { roles: [{ name: a, command: x, inputs: [b] }] }'],
      ['heddle.yaml:4: "inputs" must be a map, is a list'],
    ],
    [
      'with "after" as text',
      ['db: { roles: [{ name: a, command: x, after: web.app }] }'],
      ['heddle.yaml:4: "after" must be a list, is a string'],
    ],
    [
      'with a number in "after"',
      ['db: { roles: [{ name: a, command: x, after: [1] }] }'],
      ['heddle.yaml:4: an entry of "after" must be a string, is a number'],
    ],
    [
      'with "concurrent" as text',
      ['db: { roles: [{ name: a, command: x, concurrent: yes }] }'],
      ['heddle.yaml:4: "concurrent" must be true or false, is a string'],
    ],
    [
      'with a bad deadline',
      ['db: { roles: [{ name: a, command: x, deadline: 5 minutes }] }'],
      ['heddle.yaml:4: the deadline "5 minutes" is no duration; write it like 250ms, 90s, 10m or 1h30m'],
    ],
  ])('%s is refused', (_, text, expected) => {
    expect(faults(nodes(...text))).toEqual(expected);
  });
});

describe('an output', () => {
  const withOutputs = (...outputs: string[]) =>
    nodes(
      'db:',
      '  roles:',
      '    - name: a',
      '      command: x',
      '      outputs:',
      ...outputs.map((line) => `        ${line}`),
    );

  it.each<[string, string[], string[]]>([
    [
      'with a bad name',
      ['rootPassword: a'],
      [
        'heddle.yaml:9: "rootPassword" is no output name: lower-case letters, digits and "_", a letter first; did you mean "rootpassword"?',
      ],
    ],
    [
      'with a hyphen in its name',
      ['root-password: a'],
      [
        'heddle.yaml:9: "root-password" is no output name: lower-case letters, digits and "_", a letter first; did you mean "root_password"?',
      ],
    ],
    [
      'without a path',
      ['ip:'],
      ['heddle.yaml:9: "ip" must be an attribute path, or a map with path, sensitive and publish, has no value'],
    ],
    [
      'with a number for its path',
      ['port: 3306'],
      ['heddle.yaml:9: "port" must be an attribute path, or a map with path, sensitive and publish, is a number'],
    ],
    ['with an empty path', ['ip: ""'], ['heddle.yaml:9: an attribute path cannot be empty']],
    [
      'with an empty segment',
      ['ip: a..b'],
      ['heddle.yaml:9: "a..b" has an empty segment at column 3; write \\. for a dot inside a name'],
    ],
    [
      'with an empty segment in the long form',
      ['ip:', '  path: a..b'],
      ['heddle.yaml:10: "a..b" has an empty segment at column 3; write \\. for a dot inside a name'],
    ],
    [
      'with an unknown setting',
      ['ip:', '  path: a', '  sensetive: true'],
      ['heddle.yaml:11: unknown key "sensetive"; did you mean "sensitive"?'],
    ],
    ['with no path in the long form', ['ip:', '  sensitive: true'], ['heddle.yaml:9: the key "path" is missing']],
    [
      'with "sensitive" as text',
      ['ip: { path: a, sensitive: yes }'],
      ['heddle.yaml:9: "sensitive" must be true or false, is a string'],
    ],
    [
      'with an unknown policy',
      ['ip: { path: a, publish: earyl }'],
      ['heddle.yaml:9: "publish" must be settled, early or end; did you mean "early"?'],
    ],
    [
      'with a policy like no other',
      ['ip: { path: a, publish: 1 }'],
      ['heddle.yaml:9: "publish" must be settled, early or end'],
    ],
  ])('%s is refused', (_, outputs, expected) => {
    expect(faults(withOutputs(...outputs))).toEqual(expected);
  });

  it('declared by two roles of a node is refused with both lines', () => {
    const text = nodes(
      'db:',
      '  roles:',
      '    - { name: a, command: x, outputs: { ip: a } }',
      '    - { name: b, command: x, outputs: { ip: b } }',
    );
    expect(faults(text)).toEqual([
      'heddle.yaml:7: db declares the output "ip" a second time; the first is on line 6, in role "a"',
    ]);
  });
});

describe('all faults', () => {
  const text = lines(
    'heddle: 1',
    'deployment: shop',
    'deadlin: 5m',
    'nodes:',
    '  db:',
    '    roles:',
    '      - name: a',
    '        command: x',
    '        input: { k: 1 }',
    '        outputs: { ip: a..b }',
    '  app: { roles: [{ name: b, command: x, inputs: { k: "${dbb.ip}", l: "${db" } }] }',
  );

  const columnOf = (found: string) => (text.split('\n')[10] ?? '').indexOf(found) + 1;

  it('come in one error, one line each, in the order of the file', () => {
    const error = refusal(text);
    expect([error.code, error.exitCode, error.message]).toEqual(['plan-invalid', 3, 'heddle.yaml: 5 errors']);
    expect(error.notes).toEqual([
      'heddle.yaml:3: unknown key "deadlin"; did you mean "deadline"?',
      'heddle.yaml:9: unknown key "input"; did you mean "inputs"?',
      'heddle.yaml:10: "a..b" has an empty segment at column 3; write \\. for a dot inside a name',
      `heddle.yaml:11:${columnOf('${dbb')}: no node or group "dbb"; did you mean "db"?`,
      `heddle.yaml:11:${columnOf('${db"')}: "\${db" is not closed: "}" is missing`,
    ]);
    expect(error.next).toEqual(['correct these lines, then run heddle validate heddle.yaml']);
  });

  it('are there as data too', () => {
    const { problems } = refusal(text).details as { problems: unknown[] };
    expect(problems).toHaveLength(5);
    expect(problems[1]).toEqual({
      file: 'heddle.yaml',
      line: 9,
      column: 9,
      path: 'nodes.db.roles[0].input',
      message: 'unknown key "input"; did you mean "inputs"?',
      suggestion: 'inputs',
    });
    expect(problems[3]).toMatchObject({ path: 'nodes.app.roles[0].inputs.k', column: columnOf('${dbb') });
  });

  it('are the message itself when there is one', () => {
    const error = refusal(nodes(`DB: { ${role} }`));
    expect([error.notes, error.next]).toEqual([[], ['correct this line, then run heddle validate heddle.yaml']]);
    expect(error.message).toMatch(/^heddle\.yaml:4: "DB" is no node name/);
  });

  it('do not breed others: outputs of a node that is broken are not missed', () => {
    const broken = nodes(
      'db: { roles: [{ name: a, command: x, output: { ip: a } }] }',
      'app: { roles: [{ name: b, command: x, after: [db.zzz], inputs: { k: "${db.ip}", l: "${db[0].ip}" } }] }',
    );
    expect(faults(broken)).toEqual(['heddle.yaml:4: unknown key "output"; did you mean "outputs"?']);
  });

  it('of a group are told once, not for each member', () => {
    expect(
      faults(nodes('web: { count: 3, roles: [{ name: a, command: x, inputs: { k: "${db.ip}" } }] }')),
    ).toHaveLength(1);
  });
});
