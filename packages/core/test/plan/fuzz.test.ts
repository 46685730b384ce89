import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { isHeddleError } from '../../src/errors/heddle-error.ts';
import { parsePlan } from '../../src/plan/plan-schema.ts';
import { compiled } from './deployment.ts';
import { example } from './example.ts';

const words = [
  '',
  ' ',
  '  ',
  '\n',
  ':',
  '- ',
  '[',
  ']',
  '{',
  '}',
  '"',
  "'",
  '#',
  '&a ',
  '*a',
  '!x ',
  '|',
  '>',
  '~',
  '0',
  '1e9',
  'null',
  '${',
  '}',
  '[*]',
  '[0]',
  '.',
  '\\',
  '$value',
  '$gather',
  'web',
  'db',
  'inputs',
  'outputs',
  'after: [db.mysql]',
  'count: 2',
  '__proto__: 1',
  '\t',
  '\u0000',
  '<<: *a',
];

const edit = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  cut: fc.integer({ min: 0, max: 12 }),
  put: fc.constantFrom(...words),
});

/** The codes that a bad file may have. */
const expected = ['plan-invalid', 'config-invalid'];

it('any damage to a deployment file gives a plan or an error that names a line, never a crash', () => {
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
      let text = example;
      for (const { at, cut, put } of edits) {
        const start = Math.floor(at * text.length);
        text = text.slice(0, start) + put + text.slice(start + cut);
      }
      try {
        const plan = compiled(text);
        expect(parsePlan(JSON.parse(JSON.stringify(plan)), 'plan.json')).toEqual(plan);
      } catch (thrown) {
        if (!isHeddleError(thrown) || !expected.includes(thrown.code)) throw thrown;
        for (const line of thrown.notes.length > 0 ? thrown.notes : [thrown.message])
          expect(line).toMatch(/^heddle\.yaml:(\d+:| )/);
      }
    }),
    { numRuns: 300 * Number(process.env['HEDDLE_TEST_FACTOR'] ?? 1) },
  );
});
