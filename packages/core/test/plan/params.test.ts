import { describe, expect, it } from 'vitest';
import { compiled, faults, inputsOf, nodes, refusal } from './deployment.ts';

function reads(params: string, input: string): string {
  return `params: ${params}\n${nodes(`db: { roles: [{ name: a, command: x, inputs: { k: ${input} } }] }`)}`;
}

describe('a param', () => {
  it.each<[string, string, string, unknown]>([
    ['text', '{ x: eu }', '"${params.x}"', 'eu'],
    ['a number', '{ x: 3306 }', '"${params.x}"', 3306],
    ['false', '{ x: false }', '"${params.x}"', false],
    ['null', '{ x: null }', '"${params.x}"', null],
    ['a list', '{ x: [1, { a: b }] }', '"${params.x}"', [1, { a: 'b' }]],
    ['a part of a map', '{ x: { a: [1, 2] } }', '"${params.x.a[1]}"', 2],
    ['a number inside text', '{ x: 3306 }', '"port ${params.x}"', 'port 3306'],
    ['a literal ${', '{ x: "$${y}" }', '"${params.x}"', '${y}'],
  ])('may be %s', (_, params, input, value) => {
    expect(inputsOf(compiled(reads(params, input)), 'db')[0]?.expression).toEqual({ kind: 'constant', value });
  });

  it('takes the value of the command line, of any type', () => {
    const plan = compiled(reads('{ x: eu }', '"${params.x}"'), { params: { x: { zone: 1 } } });
    expect(inputsOf(plan, 'db')[0]?.expression).toEqual({ kind: 'constant', value: { zone: 1 } });
  });

  it('never expands what the command line gives', () => {
    const plan = compiled(reads('{ x: eu }', '["${params.x}", "v=${params.x}"]'), {
      params: { x: '${self.name} $${y}' },
    });
    expect(inputsOf(plan, 'db')[0]?.expression).toEqual({
      kind: 'constant',
      value: ['${self.name} $${y}', 'v=${self.name} $${y}'],
    });
  });

  it.each<[string, string, string, string]>([
    ['unknown', '{ region: eu }', '"${params.regoin}"', 'heddle.yaml:5:54: no param "regoin"; did you mean "region"?'],
    [
      'without the segment',
      '{ x: { a: 1 } }',
      '"${params.x.b}"',
      'heddle.yaml:5:54: params.x.b: params.x has no .b: it is a map with a',
    ],
    [
      'a list inside text',
      '{ x: [1] }',
      '"v=${params.x}"',
      'heddle.yaml:5:56: params.x is a list, which cannot stand inside text',
    ],
    [
      'null inside text',
      '{ x: null }',
      '"v=${params.x}"',
      'heddle.yaml:5:56: params.x is null, which cannot stand inside text',
    ],
    [
      'a reference itself',
      '{ x: "${db.host}" }',
      '"${params.x}"',
      'heddle.yaml:1: a param is a constant and cannot hold ${...}; write $${ for a literal ${',
    ],
    [
      'a reference inside data',
      '{ x: [{ y: "a ${self.name}" }] }',
      '"${params.x}"',
      'heddle.yaml:1: a param is a constant and cannot hold ${...}; write $${ for a literal ${',
    ],
    [
      'a gather',
      '{ x: { $gather: web.ip } }',
      '"${params.x}"',
      'heddle.yaml:1: "$gather" has no place in a param, which is a constant',
    ],
  ])('is refused when it is %s', (_, params, input, message) => {
    expect(faults(reads(params, input))).toEqual([message]);
  });
});

describe('a value of the command line', () => {
  it.each<[string, string, string]>([
    [
      'a param that the file spells otherwise',
      '{ region: eu }',
      'heddle.yaml declares no param "regoin"; did you mean "region"?',
    ],
    ['a param that the file does not have', '{ zone: eu }', 'heddle.yaml declares no param "regoin"; it has zone'],
    ['a param when the file has none', '{}', 'heddle.yaml declares no param "regoin"; the file has no params'],
  ])('for %s is a usage error', (_, params, message) => {
    const error = refusal(reads(params, '1'), { params: { regoin: 'us' } });
    expect([error.code, error.exitCode, error.message]).toEqual(['usage', 2, message]);
    expect(error.next).toEqual(['declare it in heddle.yaml: params: { regoin: ... }']);
  });
});

describe('the name of the deployment', () => {
  it('may come from the command line', () => {
    expect(compiled(reads('{}', '1'), { deployment: 'shop-2' }).deployment).toBe('shop-2');
  });

  it('must be a name there too', () => {
    const error = refusal(reads('{}', '1'), { deployment: 'Shop' });
    expect([error.code, error.message]).toEqual([
      'usage',
      '"Shop" is no deployment name: lower-case letters, digits and "-", a letter first; did you mean "shop"?',
    ]);
  });
});
