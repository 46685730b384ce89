import { type Expression, evaluate, type FunctionName, functionNames, isHeddleError, type Json } from '@heddle/core';
import { callHeatFunctions, type FunctionCall } from '@heddle/testkit/heat';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

const callsOfEach = 400;

/** One character of each kind: control, blank, beyond Latin-1, unassigned, private, beyond the basic plane. Python and Node.js have different versions of Unicode. */
const strange = fc.constantFrom(...'\0\n\x1b\x7f\x85\xa0\xadéßαЖ中\u0378\u200b\u2028\u3000\ue000\uffff😀𝒳\u{10ffff}');

const text = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom('', 'a', 'b', 'ab', 'a,b', ' a  b ', 'é', "it's", 'a/b c', '%x%', '🙂', '"q"'),
  },
  fc.string({ unit: 'grapheme-ascii', maxLength: 6 }),
  fc.string({ unit: strange, maxLength: 4 }),
);
const number = fc.oneof(
  fc.integer({ min: -3, max: 12 }),
  fc.integer(),
  fc.constantFrom(0.5, 0.0001, 0.00001, 1.5e-7, 123.25, -0.75),
);
const scalar: fc.Arbitrary<Json> = fc.oneof(text, number, fc.boolean(), fc.constant(null));
const key = fc.constantFrom('a', 'b', 'c', 'ab', '%x%', 'keys', 'é', 'x y');
const { value: anything } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
}));
const list = fc.array(anything, { maxLength: 4 });
const map = fc.dictionary(key, anything, { maxKeys: 4, noNullPrototype: true });
const texts = fc.array(text, { maxLength: 4 });

/** Mostly what it is, now and then something else. */
function mostly(usual: fc.Arbitrary<Json>): fc.Arbitrary<Json> {
  return fc.oneof({ weight: 8, arbitrary: usual }, { weight: 1, arbitrary: anything });
}

function record(parts: Record<string, fc.Arbitrary<Json>>, requiredKeys: string[]): fc.Arbitrary<Json> {
  return fc.record(parts, { requiredKeys, noNullPrototype: true }) as fc.Arbitrary<Json>;
}

/** A template of `map_replace` could ask for two keys that differ in Python and not in JSON: not these. */
const names = fc.dictionary(
  key,
  fc.oneof(fc.constantFrom<Json>('a', 'b', 'z', 'y', null), fc.constantFrom<Json>(['l'], {})),
  {
    maxKeys: 3,
    noNullPrototype: true,
  },
);
const replaceArgument = record(
  {
    template: mostly(fc.constantFrom('a b ab', 'x', '', 'a%x%b', 'keys a', '🙂é')),
    params: mostly(fc.dictionary(fc.oneof(key, fc.constant('x')), anything, { maxKeys: 3, noNullPrototype: true })),
  },
  ['template', 'params'],
);
const algorithms =
  'md5 sha1 SHA1 sha256 Sha512 sha3_256 SHA3_256 sha512_256 blake2b BLAKE2B blake2s sm3 ripemd160 crc32'.split(' ');

const argumentsOf: Readonly<Record<Exclude<FunctionName, 'select'>, fc.Arbitrary<Json>>> = {
  contains: fc.tuple(anything, mostly(fc.oneof(list, text))),
  digest: mostly(fc.tuple(mostly(fc.constantFrom(...algorithms)), mostly(text)) as fc.Arbitrary<Json>),
  filter: fc.tuple(mostly(list), mostly(list)) as fc.Arbitrary<Json>,
  list_concat: mostly(fc.array(mostly(list), { maxLength: 3 })),
  list_concat_unique: mostly(fc.array(mostly(list), { maxLength: 3 })),
  list_join: fc
    .tuple(
      mostly(text),
      fc.array(mostly(fc.array(fc.oneof(text, map, list, fc.constant(null)), { maxLength: 3 })), {
        minLength: 1,
        maxLength: 3,
      }),
    )
    .map(([delimiter, lists]) => [delimiter, ...lists]),
  make_url: record(
    {
      scheme: mostly(fc.constantFrom('http', 'nfs', 'x', '', 'a:b')),
      username: mostly(text),
      password: mostly(text),
      host: mostly(fc.oneof(text, fc.constantFrom('10.0.0.1', 'fe80::1', '[::1]'))),
      port: mostly(
        fc.oneof(
          fc.integer({ min: -1, max: 70_000 }),
          fc.constantFrom('80', ' 80 ', '08', '8_0', '', 'x', '70000', true, 80.5),
        ),
      ),
      path: mostly(fc.oneof(text, fc.constantFrom('/a b', '//x', 'a'))),
      query: mostly(map),
      fragment: mostly(text),
    },
    [],
  ),
  map_merge: mostly(fc.array(mostly(map), { maxLength: 3 })),
  map_replace: mostly(
    fc.tuple(
      mostly(fc.dictionary(key, scalar, { maxKeys: 4, noNullPrototype: true })),
      mostly(record({ keys: fc.oneof(names, fc.constant(null)), values: mostly(map) }, [])),
    ) as fc.Arbitrary<Json>,
  ),
  repeat: record(
    {
      template: mostly(fc.oneof(text, map, list)),
      for_each: mostly(
        fc.dictionary(fc.constantFrom('%x%', 'a', 'b', ''), mostly(fc.oneof(texts, texts, map)), {
          maxKeys: 2,
          noNullPrototype: true,
        }),
      ),
      permutations: fc.boolean(),
    },
    ['template', 'for_each'],
  ),
  str_replace: replaceArgument,
  str_replace_strict: replaceArgument,
  str_replace_vstrict: replaceArgument,
  str_split: mostly(
    fc.oneof(
      fc.tuple(mostly(fc.constantFrom(',', 'a', ' ', '')), mostly(text)),
      fc.tuple(
        mostly(fc.constantFrom(',', 'a', null)),
        mostly(text),
        mostly(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom('0', ' 1 ', '-1', '1_0', 1.5, true))),
      ),
    ) as fc.Arbitrary<Json>,
  ),
};

/** What core's function gives; its errors as Heat's, without their text. */
function own(name: FunctionName, value: Json): { readonly value: Json } | { readonly error: string } {
  const expression: Expression = { kind: 'call', function: name, argument: { kind: 'constant', value } };
  try {
    return { value: evaluate(expression, {}) };
  } catch (thrown) {
    if (!isHeddleError(thrown) || thrown.code !== 'wrong-type') throw thrown;
    return { error: thrown.code };
  }
}

describe('the functions of expressions', () => {
  const seed = Number(process.env['HEDDLE_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  const answers = new Map<string, { readonly argument: Json; readonly heat: unknown }[]>();

  beforeAll(async () => {
    const calls: FunctionCall[] = Object.entries(argumentsOf).flatMap(([name, argument]) =>
      fc.sample(argument, { numRuns: callsOfEach, seed }).map((value): FunctionCall => [name, value]),
    );
    for (const [at, answer] of (await callHeatFunctions(calls)).entries()) {
      const [name, argument] = calls[at] as readonly [string, Json];
      answers.set(name, [...(answers.get(name) ?? []), { argument, heat: answer }]);
    }
  });

  it.each(functionNames.filter((name) => name !== 'select'))('%s gives what it gives in Heat', (name) => {
    const cases = answers.get(name) ?? [];
    expect(cases).toHaveLength(callsOfEach);
    for (const { argument, heat } of cases) {
      const given = own(name, argument);
      const expected = 'error' in (heat as object) ? { error: 'wrong-type' } : heat;
      expect(given, `seed ${seed}: ${name} of ${JSON.stringify(argument)}: Heat says ${JSON.stringify(heat)}`).toEqual(
        expected,
      );
    }
  });
});
