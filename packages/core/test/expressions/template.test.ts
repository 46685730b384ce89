import { describe, expect, it } from 'vitest';
import { parseInput } from '../../src/expressions/input-template.ts';
import { parseTemplate, type TemplateUse } from '../../src/expressions/template.ts';
import type { Json } from '../../src/values/json.ts';

function faultsOf(
  read: (report: (path: readonly (string | number)[], message: string, column?: number) => void) => unknown,
): string[] {
  const faults: string[] = [];
  read((path, message, column) =>
    faults.push(`${path.join('/')}${column === undefined ? '' : `:${column}`} ${message}`),
  );
  return faults;
}

describe('parseTemplate', () => {
  it.each<[string, Json]>([
    ['text', 'x'],
    ['an empty text', ''],
    ['zero', 0],
    ['false', false],
    ['null', null],
  ])('keeps %s as a constant of its type', (_, data) => {
    expect(parseTemplate(data, [], () => undefined)).toEqual({ kind: 'constant', value: data });
  });

  it('finds references at any depth, with their places', () => {
    const data = { list: [{ at: '${db.host}' }], 'a key': 'x${db.port}' };
    expect(parseTemplate(data, ['in'], () => undefined)).toEqual({
      kind: 'map',
      entries: [
        [
          'list',
          {
            kind: 'list',
            items: [
              {
                kind: 'map',
                entries: [
                  [
                    'at',
                    {
                      kind: 'reference',
                      reference: { name: 'db', segments: ['host'], column: 1 },
                      path: ['in', 'list', 0, 'at'],
                    },
                  ],
                ],
              },
            ],
          },
        ],
        ['a key', { kind: 'text', parts: ['x', { name: 'db', segments: ['port'], column: 2 }], path: ['in', 'a key'] }],
      ],
    });
  });

  it('reads $gather nested inside data', () => {
    const read = parseTemplate([{ $gather: 'web.ip', as: 'map', atLeast: 2 }], [], () => undefined);
    const gather = {
      kind: 'gather',
      reference: { name: 'web', segments: ['ip'], column: 1 },
      as: 'map',
      atLeast: 2,
      path: [0],
      textPath: [0, '$gather'],
    };
    expect(read).toEqual({ kind: 'list', items: [gather] });
  });

  it('takes a map without $value or $gather as data, whatever its other keys', () => {
    const read = parseTemplate({ $ref: 1, as: 'map', default: 2, missing: 'wait' }, [], () => undefined);
    expect(read).toMatchObject({
      kind: 'map',
      entries: [
        ['$ref', {}],
        ['as', {}],
        ['default', {}],
        ['missing', {}],
      ],
    });
  });

  it('unescapes $${ in keys and refuses references there', () => {
    expect(parseTemplate({ '$${x}': 1 }, [], () => undefined)).toMatchObject({ entries: [['${x}', { value: 1 }]] });
    expect(faultsOf((report) => parseTemplate({ '${db.host}': 1 }, ['in'], report))).toEqual([
      'in/${db.host} a key cannot hold a reference: "${db.host}"; only values can',
    ]);
  });

  it.each<[string, Json, TemplateUse, string]>([
    [
      '$value inside data',
      { a: { $value: 1 } },
      'input',
      'in/a/$value "$value" stands at the top of an input only, not inside its data',
    ],
    [
      '$value in options',
      { $value: 1 },
      'options',
      'in/$value "$value" has no place in the options of an adapter: what comes from elsewhere is an input',
    ],
    [
      '$gather in options',
      { a: [{ $gather: 'web.ip' }] },
      'options',
      'in/a/0/$gather "$gather" has no place in the options of an adapter: what comes from elsewhere is an input',
    ],
    [
      '$gather in a default',
      { $gather: 'web.ip' },
      'default',
      'in/$gather "$gather" has no place in a default, which is a constant',
    ],
    [
      '$gather in a param',
      { $gather: 'web.ip' },
      'params',
      'in/$gather "$gather" has no place in a param, which is a constant',
    ],
    ['a syntax error, with its column', ['x ${db'], 'input', 'in/0:3 "${db" is not closed: "}" is missing'],
    [
      'a $gather that is no text',
      { $gather: ['web.ip'] },
      'input',
      'in/$gather "$gather" must be GROUP.OUTPUT, such as web.ip, is a list',
    ],
    [
      'a $gather in braces',
      { $gather: '${web[*].ip}' },
      'input',
      'in/$gather:1 "${web[*].ip}" stands for itself here: leave out ${ and }',
    ],
    [
      'a $gather with [*]',
      { $gather: 'web[*].ip' },
      'input',
      'in/$gather "$gather" takes all members of a group: write web.ip without an index',
    ],
    [
      'a $gather with an index',
      { $gather: 'web[0].ip.v4' },
      'input',
      'in/$gather "$gather" takes all members of a group: write web.ip.v4 without an index',
    ],
    [
      'an unknown "as"',
      { $gather: 'web.ip', as: 'mpa' },
      'input',
      'in/as "as" must be list or map; did you mean "map"?',
    ],
    ['an "as" that is no text', { $gather: 'web.ip', as: true }, 'input', 'in/as "as" must be list or map'],
    ['atLeast zero', { $gather: 'web.ip', atLeast: 0 }, 'input', 'in/atLeast "atLeast" must be a whole number from 1'],
    [
      'atLeast of another type',
      { $gather: 'web.ip', atLeast: 'two' },
      'input',
      'in/atLeast "atLeast" must be a whole number from 1',
    ],
    [
      'an unknown key beside $gather',
      { $gather: 'web.ip', atleast: 2 },
      'input',
      'in/atleast unknown key "atleast"; did you mean "atLeast"?',
    ],
    [
      'a deadline at a nested $gather',
      [{ $gather: 'web.ip', deadline: '2m' }],
      'input',
      'in/0/deadline "deadline" belongs to the whole input: { $value: ..., deadline: ... }',
    ],
  ])('reports %s', (_, data, use, fault) => {
    expect(faultsOf((report) => parseTemplate(data, ['in'], report, use))).toEqual([fault]);
  });
});

describe('parseInput', () => {
  it('reads the long form', () => {
    const input = parseInput(
      { $value: '${db.host}', deadline: '2m', missing: 'default', default: [1] },
      ['in'],
      () => undefined,
    );
    expect(input).toEqual({
      value: { kind: 'reference', reference: { name: 'db', segments: ['host'], column: 1 }, path: ['in', '$value'] },
      deadline: '2m',
      missing: 'default',
      default: { kind: 'list', items: [{ kind: 'constant', value: 1 }] },
    });
  });

  it('takes deadline, missing and default beside a $gather at the top', () => {
    const faults: string[] = [];
    const input = parseInput({ $gather: 'web.ip', as: 'map', deadline: '2m' }, ['in'], (_, message) =>
      faults.push(message),
    );
    expect(faults).toEqual([]);
    expect(input).toMatchObject({ value: { kind: 'gather', as: 'map' }, deadline: '2m' });
  });

  it('keeps the three keys as data in a map that is no long form', () => {
    const input = parseInput({ deadline: '2m', default: 1 }, ['in'], () => undefined);
    expect(Object.keys(input)).toEqual(['value']);
    expect(input.value).toMatchObject({
      kind: 'map',
      entries: [
        ['deadline', { value: '2m' }],
        ['default', { value: 1 }],
      ],
    });
  });

  it('takes a null $value and a null default as values', () => {
    expect(parseInput({ $value: null, default: null }, ['in'], () => undefined)).toEqual({
      value: { kind: 'constant', value: null },
      default: { kind: 'constant', value: null },
    });
  });

  it.each<[string, Json, string]>([
    ['an unknown key', { $value: 1, dedline: '2m' }, 'in/dedline unknown key "dedline"; did you mean "deadline"?'],
    [
      'a key that is nothing like the others',
      { $value: 1, retries: 2 },
      'in/retries unknown key "retries"; a long form has $value, deadline, missing and default',
    ],
    [
      '$gather beside $value',
      { $value: 1, $gather: 'web.ip' },
      'in/$gather unknown key "$gather"; a long form has $value, deadline, missing and default',
    ],
    [
      'a $value inside a $value',
      { $value: { $value: 1 } },
      'in/$value/$value "$value" stands at the top of an input only, not inside its data',
    ],
  ])('reports %s', (_, data, fault) => {
    expect(faultsOf((report) => parseInput(data, ['in'], report))).toEqual([fault]);
  });
});
