import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate, type Lookup, pick } from '../../src/expressions/evaluate.ts';
import type { Expression, Segments } from '../../src/expressions/expression.ts';
import type { Json } from '../../src/values/json.ts';

function reference(segments: Segments = [], node = 'db', output = 'host'): Expression {
  return { kind: 'reference', node, output, segments };
}

function constant(value: Json): Expression {
  return { kind: 'constant', value };
}

function gives(value: Json, sensitive?: boolean): Lookup {
  return { value: () => value, ...(sensitive === undefined ? {} : { sensitive }) };
}

const gather = { kind: 'gather', group: 'web', count: 11, output: 'ip', segments: [], as: 'list' } as const;

describe('evaluate', () => {
  it.each<[string, Json]>([
    ['text', 'a'],
    ['a number', 1.5],
    ['false', false],
    ['null', null],
    ['a list', [1, [2]]],
    ['a map', { a: { b: 1 } }],
  ])('keeps the type of %s in a whole reference', (_, value) => {
    expect(evaluate(reference(), gives(value))).toEqual(value);
  });

  it('asks for the node and the output', () => {
    expect(evaluate(reference(), { value: (node, output) => `${node}/${output}` })).toBe('db/host');
  });

  it('follows segments and indexes', () => {
    expect(evaluate(reference(['disks', 1, 'a b']), gives({ disks: [0, { 'a b': 7 }] }))).toBe(7);
  });

  it('finds a present null behind a segment', () => {
    expect(evaluate(reference(['a']), gives({ a: null }))).toBeNull();
  });

  it('puts text as it is, numbers and booleans as JSON into text', () => {
    const parts = ['a', 1, true, 0.5].map(constant);
    expect(evaluate({ kind: 'text', parts }, {})).toBe('a1true0.5');
  });

  it.each<[string, Json, string]>([
    ['null', null, 'db.host.x is null: only text, numbers and booleans can stand inside text'],
    ['a list', ['secret'], 'db.host.x is a list: only text, numbers and booleans can stand inside text'],
    ['a map', { a: 'secret' }, 'db.host.x is a map: only text, numbers and booleans can stand inside text'],
  ])('refuses %s inside text', (_, x, message) => {
    const text: Expression = { kind: 'text', parts: [constant('v='), reference(['x'])] };
    expect(() => evaluate(text, gives({ x }))).toThrow(
      expect.objectContaining({ code: 'wrong-type', exitCode: 26, message }),
    );
  });

  it('builds lists and maps, also with the key __proto__', () => {
    const map: Expression = {
      kind: 'map',
      entries: [
        ['__proto__', reference()],
        ['l', { kind: 'list', items: [reference(), constant(1)] }],
      ],
    };
    expect(JSON.stringify(evaluate(map, gives('x')))).toBe('{"__proto__":"x","l":["x",1]}');
  });

  it('reads the own role from the local level and the folder from the node', () => {
    const parts: Expression[] = [{ kind: 'dir' }, constant('/'), { kind: 'local', output: 'ip', segments: [0] }];
    expect(evaluate({ kind: 'text', parts }, { directory: '/n/db', local: (output) => [`own ${output}`] })).toBe(
      '/n/db/own ip',
    );
  });

  it('gathers in index order, not in the order of names or of arrival', () => {
    const members = Array.from({ length: 11 }, (_, index) => [`web-${10 - index}`, 10 - index] as const);
    expect(evaluate(gather, { gather: () => members })).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('gathers as a map by member name, segments applied to each value', () => {
    const present = [
      ['web-1', { v4: 'b' }],
      ['web-0', { v4: 'a' }],
    ] as const;
    expect(evaluate({ ...gather, count: 2, as: 'map', segments: ['v4'] }, { gather: () => present })).toEqual({
      'web-0': 'a',
      'web-1': 'b',
    });
  });

  it('gathers as a map by index, as a group of Heat has its members', () => {
    const present = [
      ['web-1', { v4: 'b' }],
      ['web-0', { v4: 'a' }],
    ] as const;
    expect(evaluate({ ...gather, count: 2, as: 'by-index', segments: ['v4'] }, { gather: () => present })).toEqual({
      0: 'a',
      1: 'b',
    });
  });

  it('gathers only those that are present when atLeast of them are', () => {
    const present = [
      ['web-7', 7],
      ['web-2', null],
    ] as const;
    expect(evaluate({ ...gather, atLeast: 2 }, { gather: () => present })).toEqual([null, 7]);
  });

  it('refuses to be evaluated before everything is there', () => {
    expect(() => evaluate(reference(), {})).toThrow('db.host was evaluated before it was there');
    expect(() => evaluate({ ...gather, atLeast: 2 }, { gather: () => [['web-0', 1]] })).toThrow(
      'web[*].ip was evaluated with 1 of 2 members',
    );
  });

  it('never expands what a value holds', () => {
    const hostile = fc.constantFrom('${db.host}', '$${x}', '{{ x }}', '<%= x %>', '#{x}', '${self.name}');
    fc.assert(
      fc.property(fc.array(fc.oneof(hostile, fc.string())), (texts) => {
        const value = texts.join('');
        const text: Expression = { kind: 'text', parts: [constant('<'), reference(), constant('>')] };
        expect(evaluate(reference(), gives(value))).toBe(value);
        expect(evaluate(text, gives(value))).toBe(`<${value}>`);
      }),
    );
  });

  it('returns any JSON value unchanged', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(evaluate({ kind: 'list', items: [reference()] }, gives(value as Json))).toEqual([value]);
      }),
    );
  });
});

describe('a missing segment', () => {
  it.each<[string, Json, Segments, string]>([
    ['of a map', { user: 1, port: 2 }, ['host'], 'db.host.host: db.host has no .host: it is a map with user and port'],
    ['of an empty map', {}, ['a'], 'db.host.a: db.host has no .a: it is an empty map'],
    [
      'further down',
      { a: { b: [1, 2] } },
      ['a', 'b', 5, 'c'],
      'db.host.a.b[5].c: db.host.a.b has no [5]: it is a list of 2',
    ],
    ['of an empty list', [], [0], 'db.host[0]: db.host has no [0]: it is an empty list'],
    ['of a list, by a digit behind a dot', ['x'], ['0'], 'db.host.0: db.host has no .0: it is a list of 1; write [0]'],
    ['of text', 'secret', ['length'], 'db.host.length: db.host has no .length: it is a string'],
    ['of null', null, ['a b'], "db.host['a b']: db.host has no ['a b']: it is null"],
    [
      'that every object has',
      {},
      ['constructor'],
      'db.host.constructor: db.host has no .constructor: it is an empty map',
    ],
  ])('%s is an error that names what there is', (_, value, segments, message) => {
    expect(() => evaluate(reference(segments), gives(value, false))).toThrow(
      expect.objectContaining({ code: 'segment-missing', exitCode: 21, message }),
    );
  });

  it('names no keys and no sizes of a sensitive value, which is what is assumed', () => {
    for (const lookup of [gives({ hunter2: 1 }), gives({ hunter2: 1 }, true)]) {
      expect(() => evaluate(reference(['a']), lookup)).toThrow(/^db\.host\.a: db\.host has no \.a: it is a map$/);
    }
    expect(() => evaluate(reference([7]), gives([1, 2], true))).toThrow(/it is a list$/);
  });

  it('names the member of a gather', () => {
    const lookup: Lookup = {
      gather: () => [
        ['web-0', { v4: 1 }],
        ['web-1', {}],
      ],
      sensitive: false,
    };
    expect(() => evaluate({ ...gather, count: 2, segments: ['v4'] }, lookup)).toThrow(
      'web-1.ip.v4: web-1.ip has no .v4: it is an empty map',
    );
  });

  it('carries what it is about as data, without the value', () => {
    expect(() => pick({ a: 'secret' }, ['b'], 'db.host')).toThrow(
      expect.objectContaining({ details: { reference: 'db.host.b', segment: 'b', type: 'map' } }),
    );
  });
});
