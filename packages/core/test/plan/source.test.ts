import { describe, expect, it } from 'vitest';
import { compiled, faults, inputsOf, lines, nodes, refusal } from './deployment.ts';

describe('a file that cannot be read', () => {
  it('for a tab says that YAML takes spaces', () => {
    expect(refusal(lines('heddle: 1', 'nodes:', '\ta: 1'))).toMatchObject({
      code: 'config-invalid',
      next: ['indent with spaces: YAML takes no tabs'],
    });
  });

  it.each<[string, string, string]>([
    ['empty', '', 'heddle.yaml: a deployment file is a map with heddle, deployment and nodes; it is empty'],
    [
      'only comments',
      '# nothing\n',
      'heddle.yaml: a deployment file is a map with heddle, deployment and nodes; it is empty',
    ],
    ['a list', '- a\n', 'heddle.yaml: a deployment file is a map with heddle, deployment and nodes; it is a list'],
    ['a text', 'hello\n', 'heddle.yaml: a deployment file is a map with heddle, deployment and nodes; it is a string'],
    [
      'badly indented',
      lines('a:', '  b: 1', ' c: 2'),
      'heddle.yaml:3:1: not readable as YAML: all mapping items must start at the same column',
    ],
    [
      'several documents',
      lines('a: 1', '---', 'b: 2'),
      'heddle.yaml:2:1: not readable as YAML: source contains multiple documents',
    ],
    ['an unknown tag', lines('a: 1', 'b: !Ref x'), 'heddle.yaml:2:4: not readable as YAML: unresolved tag: !Ref'],
    [
      'an alias of nothing',
      lines('a: *b'),
      'heddle.yaml:1:4: not readable as YAML: the alias *b has no anchor before it',
    ],
    [
      'an alias inside its own anchor',
      lines('a: &a', '  b: *a'),
      'heddle.yaml:2:3: not readable as YAML: an alias stands inside its own anchor',
    ],
    ['a list as a key', lines('a: 1', '? [x]', ': 2'), 'heddle.yaml:2:3: not readable as YAML: a key must be text'],
    ['an empty key', lines('a: 1', ': 2'), 'heddle.yaml:2:1: not readable as YAML: a key must be text'],
  ])('%s is refused with its place', (_, text, message) => {
    const error = refusal(text);
    expect([error.code, error.exitCode, error.message]).toEqual(['config-invalid', 2, message]);
  });

  it('tells how to write ${...} inside braces', () => {
    const error = refusal(nodes('db: { roles: [{ name: a, command: x, inputs: { h: ${web.ip} } }] }'));
    expect(error.code).toBe('config-invalid');
    expect(error.message).toMatch(/^heddle\.yaml:4:\d+: not readable as YAML: /);
    expect(error.next).toEqual(['inside { } and [ ], put quotes around every text with ${...}']);
  });

  it('refuses aliases that multiply without end', () => {
    const bomb = lines(
      'a0: &a0 [x, x, x, x, x, x, x, x, x, x]',
      ...Array.from({ length: 7 }, (_, n) => `a${n + 1}: &a${n + 1} [${Array(10).fill(`*a${n}`).join(', ')}]`),
    );
    expect(refusal(bomb).message).toMatch(/not readable as YAML: the file holds more than 200000 values$/);
  });
});

describe('YAML that means two things', () => {
  it.each<[string, string, string[]]>([
    [
      'a key twice at the top',
      lines(
        'heddle: 1',
        'deployment: shop',
        'deployment: shop2',
        'nodes: { db: { roles: [{ name: a, command: x }] } }',
      ),
      ['heddle.yaml:3: "deployment" stands here a second time; the first is on line 2'],
    ],
    [
      'a node twice',
      nodes('db: { roles: [{ name: a, command: x }] }', 'db: { roles: [{ name: a, command: x }] }'),
      ['heddle.yaml:5: "db" stands here a second time; the first is on line 4'],
    ],
    [
      'an input twice',
      nodes(
        'db:',
        '  roles:',
        '    - name: a',
        '      command: x',
        '      inputs:',
        '        a.b: 1',
        '        a.b: 2',
      ),
      ['heddle.yaml:10: "a.b" stands here a second time; the first is on line 9'],
    ],
    [
      'an output twice in one role',
      nodes('db:', '  roles:', '    - name: a', '      command: x', '      outputs:', '        ip: a', '        ip: b'),
      ['heddle.yaml:10: "ip" stands here a second time; the first is on line 9'],
    ],
    [
      'a number with a leading zero',
      nodes('db: { roles: [{ name: a, command: x, inputs: { mode: 0644 } }] }'),
      ['heddle.yaml:4: 0644 would be read as 644: write "0644" for the text, 0o... for an octal number'],
    ],
    [
      'a number too large to be exact',
      nodes('db: { roles: [{ name: a, command: x, inputs: { id: 12345678901234567890 } }] }'),
      ['heddle.yaml:4: 12345678901234567890 is too large to be kept exactly: write "12345678901234567890"'],
    ],
    [
      'infinity',
      nodes('db: { roles: [{ name: a, command: x, inputs: { max: .inf } }] }'),
      ['heddle.yaml:4: .inf is no JSON number'],
    ],
  ])('%s is refused', (_, text, expected) => {
    expect(faults(text)).toEqual(expected);
  });
});

describe('a file that can be read', () => {
  it.each<[string, string]>([
    ['embedded:', 'embedded:'],
    ['embedded:   # the default', 'embedded:'],
    ['"embedded:"', 'embedded:'],
    ['embedded:.state', 'embedded:.state'],
    ['etcd://user:pw@h1:2379/root', 'etcd://user:pw@h1:2379/root'],
  ])('has the store %s', (written, store) => {
    expect(compiled(`store: ${written}\n${nodes('db: { roles: [{ name: a, command: x }] }')}`).store).toBe(store);
  });

  it('has no store when it names none', () => {
    expect(compiled(nodes('db: { roles: [{ name: a, command: x }] }')).store).toBeNull();
  });

  it('may have Windows line ends and a final colon in the store', () => {
    const text = `store: embedded:\n${nodes('db: { roles: [{ name: a, command: x }] }')}`.replaceAll('\n', '\r\n');
    expect(compiled(text).store).toBe('embedded:');
  });

  it('may be JSON', () => {
    const plan = compiled(
      JSON.stringify({
        heddle: 1,
        deployment: 'shop',
        nodes: { db: { roles: [{ name: 'a', command: 'x', inputs: { k: null } }] } },
      }),
    );
    expect(inputsOf(plan, 'db')).toMatchObject([{ path: ['k'], expression: { kind: 'constant', value: null } }]);
  });

  it('may use anchors and aliases', () => {
    const plan = compiled(nodes('db: { roles: [&role { name: a, command: x }] }', 'app: { roles: [*role] }'));
    expect(plan.nodes.map(({ name, roles }) => [name, roles[0]?.name])).toEqual([
      ['db', 'a'],
      ['app', 'a'],
    ]);
  });

  it('keeps keys that JavaScript treats in a special way as data', () => {
    const plan = compiled(
      nodes('db: { roles: [{ name: a, command: x, inputs: { k: { __proto__: 1, 8080: 2, true: 3 } } }] }'),
    );
    expect(JSON.stringify(inputsOf(plan, 'db')[0]?.expression)).toBe(
      '{"kind":"constant","value":{"8080":2,"__proto__":1,"true":3}}',
    );
  });
});
