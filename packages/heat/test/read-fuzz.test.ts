import { isHeddleError } from '@heddle/core';
import { execa } from 'execa';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { writeData } from '../src/read/data.ts';
import { readTemplateSource } from '../src/read/source.ts';
import { corpus } from './support/corpus.ts';
import { damaged, fuzzFactor, fuzzSeed, textEdit } from './support/damage.ts';

/** Small texts, where most damage changes what is read. */
const small: readonly string[] = [
  'a: 1\n',
  'a: [1, 2]\nb: {c: d}\n',
  'a:\n  - b\n  - c: d\n    e: f\ng: |\n  text\n  more\n',
  'a: &x {b: 1}\nc: *x\nd: {<<: *x}\n',
  'a: \'x\'\nb: "y\\n"\n',
  '{"a": [1, 2.0, "x", null, true], "b": {"c": "d"}}',
  'a: b c\n  d\ne: >\n  f\n\n  g\n',
  '? a\n: b\n',
];

/**
 * What Heat's reader makes of two texts, one a pair: `same`, `other`, or `refused` when it cannot read the first one.
 * A key that JSON cannot have (null, true) is another one in JSON; dates exist where Heat reads a text a second time to say what is wrong.
 */
async function compareByHeat(pairs: readonly (readonly [string, string])[]): Promise<readonly string[]> {
  const program = `
import json, sys
from heat.common.template_format import simple_parse
def compare(written, ours):
    try:
        data = simple_parse(written)
    except Exception:
        return "refused"
    canonical = lambda value: json.dumps(json.loads(json.dumps(value, default=str)), sort_keys=True)
    return "same" if canonical(data) == canonical(simple_parse(ours)) else "other"
print(json.dumps([compare(*pair) for pair in json.load(sys.stdin)]))
`;
  const { stdout } = await execa('/usr/bin/python3', ['-c', program], { input: JSON.stringify(pairs) });
  return JSON.parse(stdout) as readonly string[];
}

it('a damaged text reads as Heat reads it, or is refused with its line', async () => {
  const text = fc
    .tuple(
      fc.oneof(
        fc.constantFrom(...small),
        fc.constantFrom(...small),
        fc.constantFrom(...corpus.map((template) => template.text)),
      ),
      fc.array(textEdit, { minLength: 1, maxLength: 3 }),
    )
    .map(([from, edits]) => damaged(from, edits));
  const texts = fc.sample(text, { numRuns: 600 * fuzzFactor, seed: fuzzSeed });
  const pairs = texts.flatMap((written) => {
    try {
      return [[written, writeData(readTemplateSource(written, 't').data)] as const];
    } catch (thrown) {
      if (!isHeddleError(thrown) || thrown.code !== 'plan-invalid') throw thrown;
      for (const line of thrown.notes.length > 0 ? thrown.notes : [thrown.message])
        expect(line).toMatch(/^t:\d+: E_YAML: /);
      return [];
    }
  });
  const answers = await compareByHeat(pairs);
  const others = pairs.filter((_, index) => answers[index] === 'other');
  expect(others, `HEDDLE_FUZZ_SEED=${fuzzSeed}`).toEqual([]);
  expect(answers.filter((answer) => answer === 'same').length).toBeGreaterThan(100);
}, 600_000);
