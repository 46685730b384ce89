import { describe, expect, it } from 'vitest';
import { choose } from '../../src/expressions/choose.ts';
import { evaluate } from '../../src/expressions/evaluate.ts';
import type { Expression } from '../../src/expressions/expression.ts';
import type { FunctionName } from '../../src/expressions/functions/names.ts';
import { references, staticIds } from '../../src/expressions/references.ts';
import type { Json } from '../../src/values/json.ts';

const port: Expression = { kind: 'reference', node: 'db', output: 'port', segments: [] };
const host: Expression = { kind: 'static', id: 's0' };

function constant(value: Json): Expression {
  return { kind: 'constant', value };
}

function call(name: FunctionName, argument: Json): () => Json {
  return () => evaluate({ kind: 'call', function: name, argument: constant(argument) }, {});
}

describe('a call', () => {
  const url: Expression = {
    kind: 'call',
    function: 'str_replace',
    argument: {
      kind: 'map',
      entries: [
        ['template', constant('mysql://HOST:PORT/')],
        [
          'params',
          {
            kind: 'map',
            entries: [
              ['HOST', host],
              ['PORT', port],
            ],
          },
        ],
      ],
    },
  };

  it('is evaluated over values of the store and of the machine', () => {
    expect(evaluate(url, { value: () => 3306, static: () => '10.0.0.5' })).toBe('mysql://10.0.0.5:3306/');
  });

  it('waits for the outputs among its arguments and for nothing else', () => {
    expect(references(url)).toEqual([{ kind: 'output', node: 'db', output: 'port' }]);
    expect(staticIds(url)).toEqual(['s0']);
  });
});

describe('a static value', () => {
  it('keeps its type, also null', () => {
    expect(evaluate(host, { static: () => ({ a: [1] }) })).toEqual({ a: [1] });
    expect(evaluate(host, { static: () => null })).toBeNull();
  });

  it('that was not delivered is a fault of the caller', () => {
    expect(() => evaluate(host, {})).toThrow(expect.objectContaining({ code: 'unexpected' }));
  });
});

// The expected texts are what the functions of Heat 19 give for the same arguments.
describe('str_replace', () => {
  it.each<[string, string, { readonly [key: string]: Json }, string]>([
    ['replaces every occurrence', 'a X b X', { X: '1' }, 'a 1 b 1'],
    ['prefers longer placeholders', 'HOSTNAME HOST', { HOST: 'h', HOSTNAME: 'n' }, 'n h'],
    ['does not search what it has put in', 'A B', { A: 'B', B: 'A' }, 'B A'],
    ['writes null as nothing', '[X]', { X: null }, '[]'],
    ['writes numbers and booleans as Python does', 'X Y Z', { X: 3306, Y: true, Z: 1.5 }, '3306 True 1.5'],
    [
      'writes maps as JSON with sorted keys',
      'X',
      { X: { b: [1, null], a: 'é"' } },
      '{"a": "\\u00e9\\"", "b": [1, null]}',
    ],
    ['leaves a dollar sign in a value alone', 'X', { X: '$& $1' }, '$& $1'],
  ])('%s', (_, template, params, expected) => {
    expect(call('str_replace', { template, params })()).toBe(expected);
  });

  it('refuses what is no text and what is no map, without telling the value', () => {
    expect(call('str_replace', { template: ['secret'], params: {} })).toThrow(
      expect.objectContaining({ code: 'wrong-type', message: 'str_replace: the template is a list, not text' }),
    );
    expect(call('str_replace', { template: 'X', params: 'secret' })).toThrow(
      'str_replace: the params are a string, not a map',
    );
  });

  it('refuses an unused placeholder only when it is strict', () => {
    expect(call('str_replace', { template: 'X', params: { X: '1', Y: '2' } })()).toBe('1');
    expect(call('str_replace_strict', { template: 'X', params: { X: '1', Y: '2' } })).toThrow(
      'the template has no Y in it',
    );
    expect(call('str_replace_strict', { template: 'X', params: { X: '1' } })()).toBe('1');
  });
});

describe('list_join', () => {
  it.each<[string, readonly Json[], string]>([
    ['joins one list', [',', ['a', 'b']], 'a,b'],
    ['joins several lists', ['-', ['a'], ['b', 'c']], 'a-b-c'],
    ['writes null as empty text', [',', ['a', null]], 'a,'],
    ['takes null for no list', [',', null, ['a']], 'a'],
    ['writes lists and maps as JSON', ['', [{ b: 1, a: ['x'] }]], '{"a": ["x"], "b": 1}'],
  ])('%s', (_, values, expected) => {
    expect(call('list_join', values)()).toBe(expected);
  });

  it.each<[string, readonly Json[], string]>([
    ['a number as an item', [',', [1]], 'list_join: an item is a number'],
    ['text instead of a list', [',', 'abc'], 'list_join: it takes lists, not a string'],
    ['a delimiter that is no text', [1, ['a']], 'list_join: the delimiter is a number, not text'],
  ])('refuses %s', (_, values, message) => {
    expect(call('list_join', values)).toThrow(message);
  });
});

describe('a choice', () => {
  const choice: Expression = {
    kind: 'choice',
    by: 's0',
    cases: [
      [true, { kind: 'list', items: [port] }],
      [false, constant(null)],
    ],
  };

  it('is what a value of the machine chooses, at any depth', () => {
    const around: Expression = {
      kind: 'map',
      entries: [['x', { kind: 'call', function: 'list_concat', argument: { kind: 'list', items: [choice] } }]],
    };
    expect(evaluate(around, { static: () => true, value: () => 3306 })).toEqual({ x: [3306] });
    expect(choose(around, () => false)).toEqual({
      kind: 'map',
      entries: [['x', { kind: 'call', function: 'list_concat', argument: { kind: 'list', items: [constant(null)] } }]],
    });
  });

  it('needs nothing of what is not chosen, and until it is made everything', () => {
    const need = { kind: 'output', node: 'db', output: 'port' };
    expect(references(choose(choice, () => false))).toEqual([]);
    expect(references(choose(choice, () => true))).toEqual([need]);
    expect(references(choice)).toEqual([need]);
    expect(staticIds(choice)).toEqual(['s0']);
  });

  it('of something that is none of the cases is an error, without the value in it', () => {
    expect(() => choose(choice, () => 'secret')).toThrow(
      expect.objectContaining({ code: 'wrong-type', message: 'the value s0 of this machine is none of true or false' }),
    );
  });
});

describe('select', () => {
  const value = { disks: [{ size: 10 }], '0': 'zero' };

  it.each<[string, readonly Json[], Json]>([
    ['follows names and indexes', [value, 'disks', 0, 'size'], 10],
    ['takes digits for an index of a list', [value, 'disks', '0', 'size'], 10],
    ['takes a number for a name in a map', [value, 0], 'zero'],
    ['counts a number below 0 from the end of a list', [[1, 2, 3], -1], 3],
  ])('%s', (_, argument, expected) => {
    expect(call('select', argument)()).toEqual(expected);
  });

  it('refuses a segment that is not there, and one that is none', () => {
    expect(call('select', [value, 'disks', '7'])).toThrow(expect.objectContaining({ code: 'segment-missing' }));
    expect(call('select', [value, 'disks', -2])).toThrow(expect.objectContaining({ code: 'segment-missing' }));
    expect(call('select', [value, { secret: 1 }])).toThrow('select: a segment is text or a number, not a map');
  });

  it('names no computed segment: each is a value, also one that was found', () => {
    expect(call('select', [{ hunter: {} }, 'hunter', 'secret'])).toThrow(
      expect.objectContaining({
        message: 'the value[...][...]: the value[...] has no [...]: it is a map',
        details: { reference: 'the value[...][...]', segment: '[...]', type: 'map' },
      }),
    );
  });
});

describe('digest', () => {
  it('names the algorithms that there are, not what it got for one: swapped, that is the text', () => {
    expect(call('digest', ['hunter2', 'sha512'])).toThrow(
      expect.objectContaining({
        code: 'wrong-type',
        message:
          'digest: the first argument is no algorithm: there are md5, sha1, sha224, sha256, sha384, sha512, sm3, md5-sha1, ripemd160, blake2b, blake2s, sha3_224, sha3_256, sha3_384, sha3_512, sha512_224 and sha512_256',
      }),
    );
  });
});
