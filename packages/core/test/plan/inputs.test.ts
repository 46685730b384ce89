import { describe, expect, it } from 'vitest';
import { compiled, faults, inputsOf, nodes } from './deployment.ts';

const db =
  'db: { roles: [{ name: mysql, command: x, outputs: { host: ip, password: { path: pw, sensitive: true } } }] }';
const web =
  'web: { count: 3, roles: [{ name: app, command: x, outputs: { ip: ip, key: { path: k, sensitive: true } } }] }';

/** A node "app" whose inputs stand from line 11 on. */
function withInputs(...inputs: string[]): string {
  return nodes(
    db,
    web,
    'app:',
    '  roles:',
    '    - name: r',
    '      command: x',
    '      inputs:',
    ...inputs.map((line) => `        ${line}`),
  );
}

function expressionOf(input: string): unknown {
  return inputsOf(compiled(withInputs(`k: ${input}`)), 'app')[0]?.expression;
}

describe('an input', () => {
  it.each<[string, string, unknown]>([
    ['text', 'hello', 'hello'],
    ['an empty text', '""', ''],
    ['zero', '0', 0],
    ['false', 'false', false],
    ['null', 'null', null],
    ['nothing', '', null],
    ['an empty list', '[]', []],
    ['an empty map', '{}', {}],
    ['nested data', '{ a: [1, { b: null }] }', { a: [1, { b: null }] }],
    ['a literal ${', '"a $${b} c"', 'a ${b} c'],
    ['a long form of a constant', '{ $value: 0, deadline: 1m }', 0],
    ['the name of the node', '"${self.name}"', 'app'],
    ['the index inside text', '"n${self.index}"', 'n0'],
    ['the group of a single node', '"${self.group}"', null],
  ])('may be the constant %s', (_, written, value) => {
    expect(expressionOf(written)).toEqual({ kind: 'constant', value });
  });

  it.each<[string, string, unknown]>([
    ['a reference', '${db.host}', { kind: 'reference', node: 'db', output: 'host', segments: [] }],
    [
      'a reference into a value',
      "${db.host.a[0]['b c']}",
      { kind: 'reference', node: 'db', output: 'host', segments: ['a', 0, 'b c'] },
    ],
    ['a member of a group', '${web[2].ip}', { kind: 'reference', node: 'web-2', output: 'ip', segments: [] }],
    [
      'a gather',
      '${web[*].ip.v4}',
      { kind: 'gather', group: 'web', count: 3, output: 'ip', segments: ['v4'], as: 'list' },
    ],
    [
      'a gather of some',
      '{ $gather: web.ip, atLeast: 2 }',
      { kind: 'gather', group: 'web', count: 3, output: 'ip', segments: [], as: 'list', atLeast: 2 },
    ],
    [
      'a gather inside $value',
      '{ $value: { $gather: web.ip, as: map }, deadline: 1m }',
      { kind: 'gather', group: 'web', count: 3, output: 'ip', segments: [], as: 'map' },
    ],
    [
      'text with the folder of the node',
      '${self.dir}/data',
      { kind: 'text', parts: [{ kind: 'dir' }, { kind: 'constant', value: '/data' }] },
    ],
    [
      'constant pieces around references, joined',
      'a${self.name}${db.host}$${x}',
      {
        kind: 'text',
        parts: [
          { kind: 'constant', value: 'aapp' },
          { kind: 'reference', node: 'db', output: 'host', segments: [] },
          { kind: 'constant', value: '${x}' },
        ],
      },
    ],
    [
      'a list of both',
      '[1, "${db.host}"]',
      {
        kind: 'list',
        items: [
          { kind: 'constant', value: 1 },
          { kind: 'reference', node: 'db', output: 'host', segments: [] },
        ],
      },
    ],
  ])('may be %s', (_, written, expression) => {
    expect(expressionOf(written)).toEqual(expression);
  });

  it('has its path as segments, an escaped dot inside one', () => {
    expect(inputsOf(compiled(withInputs('hosts.db\\.example.ip: 1')), 'app')[0]?.path).toEqual([
      'hosts',
      'db.example',
      'ip',
    ]);
  });

  it.each<[string, string, boolean]>([
    ['a plain output', '${db.host}', false],
    ['a sensitive output', '${db.password}', true],
    ['a sensitive output deep inside', '{ a: [{ b: "u:${db.password}@${db.host}" }] }', true],
    ['a sensitive gather', '${web[*].key}', true],
    ['a constant', 'x', false],
  ])('that reads %s is sensitive: %s %s', (_, written, sensitive) => {
    expect(inputsOf(compiled(withInputs(`k: ${written}`)), 'app')[0]?.sensitive).toBe(sensitive);
  });

  it('that reads a sensitive output of its own role is sensitive', () => {
    const plan = compiled(
      nodes(
        'db: { roles: [{ name: a, command: x, inputs: { k: "${db.pw}" }, outputs: { pw: { path: pw, sensitive: true } } }] }',
      ),
    );
    expect(inputsOf(plan, 'db')).toMatchObject([{ sensitive: true, expression: { kind: 'local', output: 'pw' } }]);
  });
});

describe('missing and default', () => {
  it.each<[string, string, unknown]>([
    ['waits when it says nothing', '"${db.host}"', { missing: 'wait' }],
    ['may fail', '{ $value: "${db.host}", missing: fail }', { missing: 'fail' }],
    [
      'may have a default',
      '{ $value: "${db.host}", missing: default, default: [1] }',
      { missing: 'default', default: [1] },
    ],
    [
      'may have the default null',
      '{ $value: "${db.host}", missing: default, default: null }',
      { missing: 'default', default: null },
    ],
    [
      'takes a default alone as "missing: default"',
      '{ $value: "${db.host}", default: 0 }',
      { missing: 'default', default: 0 },
    ],
    [
      'may take its default from self',
      '{ $value: "${db.host}", default: "${self.name}.local" }',
      { missing: 'default', default: 'app.local' },
    ],
  ])('an input %s', (_, written, expected) => {
    const { missing, ...input } = inputsOf(compiled(withInputs(`k: ${written}`)), 'app')[0] ?? {};
    expect({ missing, ...('default' in input ? { default: input.default } : {}) }).toEqual(expected);
  });
});

describe('an input is refused', () => {
  it.each<[string, string[], string[]]>([
    [
      'with an empty segment in its path',
      ['a..b: 1'],
      ['heddle.yaml:11: "a..b" has an empty segment at column 3; write \\. for a dot inside a name'],
    ],
    [
      'through the index of a list',
      ['redis.servers[0].address: 1', 'a.b[0][1]: 1'],
      [
        'heddle.yaml:11: "redis.servers[0].address" goes through the index of a list: declare "redis.servers", with the whole list as its value',
        'heddle.yaml:12: "a.b[0][1]" goes through the index of a list: declare "a.b", with the whole list as its value',
      ],
    ],
    ['with an empty path', ['"": 1'], ['heddle.yaml:11: an attribute path cannot be empty']],
    [
      'inside another',
      ['db: {}', 'db.host: 1'],
      ['heddle.yaml:12: the input "db.host" lies inside the input "db" (line 11): declare one of them'],
    ],
    [
      'around another',
      ['db.host.v4: 1', 'x: 2', 'db: {}'],
      ['heddle.yaml:13: the input "db" already holds the input "db.host.v4" (line 11): declare one of them'],
    ],
    [
      'with an unknown policy',
      ['k: { $value: 1, missing: wiat }'],
      ['heddle.yaml:11: "missing" must be wait, fail or default; did you mean "wait"?'],
    ],
    [
      'with "missing: default" and no default',
      ['k: { $value: 1, missing: default }'],
      ['heddle.yaml:11: "missing: default" needs the key "default" with the value'],
    ],
    [
      'with a default that is never used',
      ['k:', '  $value: 1', '  missing: fail', '  default: 2'],
      ['heddle.yaml:14: "default" is never used with "missing: fail"'],
    ],
    [
      'with a reference in its default',
      ['k: { $value: 1, default: "${db.host}" }'],
      ['heddle.yaml:11:37: a default takes self and params only, not db.host: what comes from elsewhere is an input'],
    ],
    [
      'with the folder in its default',
      ['k: { $value: 1, default: "${self.dir}" }'],
      ['heddle.yaml:11:37: self.dir is known only on the node: a default is a constant'],
    ],
    [
      'with a bad deadline',
      ['k: { $value: 1, deadline: never }'],
      ['heddle.yaml:11: the deadline "never" is no duration; write it like 250ms, 90s, 10m or 1h30m'],
    ],
    [
      'with a number as its deadline',
      ['k: { $value: 1, deadline: 60 }'],
      ['heddle.yaml:11: "deadline" must be a duration such as 90s or 10m'],
    ],
    [
      'with an unknown key in the long form',
      ['k:', '  $value: 1', '  dedline: 5m'],
      ['heddle.yaml:13: unknown key "dedline"; did you mean "deadline"?'],
    ],
    [
      'with a reference in a key',
      ['k: { "${db.host}": 1 }'],
      ['heddle.yaml:11: a key cannot hold a reference: "${db.host}"; only values can'],
    ],
    ['with a syntax error', ['k: "a ${db.host"'], ['heddle.yaml:11:17: "${db.host" is not closed: "}" is missing']],
    [
      'with a syntax error in a block of text',
      ['k: |', '  first', '  then ${db.}'],
      ['heddle.yaml:13:23: expected a name after "db.", found "}"'],
    ],
    [
      'with a syntax error behind an escape',
      ['k: "\\t${db"'],
      ['heddle.yaml:11:14: "${db" is not closed: "}" is missing'],
    ],
  ])('%s', (_, inputs, expected) => {
    expect(faults(withInputs(...inputs))).toEqual(expected);
  });
});

describe('the deadline of an input', () => {
  const text = (deadlines: { top?: string; role?: string; input?: string }) =>
    `${deadlines.top === undefined ? '' : `deadline: ${deadlines.top}\n`}${nodes(
      db,
      `app: { roles: [{ name: r, command: x, ${deadlines.role === undefined ? '' : `deadline: ${deadlines.role}, `}inputs: { k: { $value: "\${db.host}"${deadlines.input === undefined ? '' : `, deadline: ${deadlines.input}`} } } }] }`,
    )}`;
  const deadlineMs = (deadlines: Parameters<typeof text>[0], override?: number) =>
    inputsOf(compiled(text(deadlines), override === undefined ? {} : { deadlineMs: override }), 'app')[0]?.deadlineMs;

  it.each<[string, Parameters<typeof text>[0], number | undefined, number]>([
    ['is ten minutes when nobody says anything', {}, undefined, 600_000],
    ["is the deployment's", { top: '5m' }, undefined, 300_000],
    ["is its role's before the deployment's", { top: '5m', role: '4m' }, undefined, 240_000],
    ["is its own before its role's", { top: '5m', role: '4m', input: '90s' }, undefined, 90_000],
    ['is the one of the command line before the ten minutes', {}, 60_000, 60_000],
    ["is the one of the command line before the deployment's", { top: '5m' }, 60_000, 60_000],
    ["is its role's before the one of the command line", { top: '5m', role: '4m' }, 60_000, 240_000],
    ['is its own before the one of the command line', { input: '90s' }, 60_000, 90_000],
  ])('%s', (_, deadlines, override, expected) => {
    expect(deadlineMs(deadlines, override)).toBe(expected);
  });
});
