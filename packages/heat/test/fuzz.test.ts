import { isHeddleError, type Plan, parsePlan } from '@heddle/core';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type Data, entryOf, isDataList, toJson, writeIndented } from '../src/read/data.ts';
import { readTemplateSource } from '../src/read/source.ts';
import { compiled } from './support/compile.ts';
import { corpus, corpusFile } from './support/corpus.ts';
import { damaged, fuzzFactor, fuzzSeed, textEdit } from './support/damage.ts';
import { dataEdit, mutated } from './support/mutate.ts';

const rounds = 300 * fuzzFactor;
/** One input takes milliseconds; a compiler that needs this long hangs. */
const longestMs = 30_000;

const templates = corpus.map(({ name, text }) => ({ text, data: readTemplateSource(text, name).data }));
const template = fc.nat(templates.length - 1);

/** Compile a text: whatever it is, there is a standard template, or every error has its line. @throws for anything else */
function outcomeOf(text: string, components = false): 'template' | 'errors' {
  const start = performance.now();
  try {
    const { template: emitted, plan } = compiled(text, { readFile: corpusFile, components });
    checkTemplate(JSON.parse(emitted) as Data);
    expect(parsePlan(JSON.parse(JSON.stringify(plan)) as Plan, 'plan.json')).toEqual(plan);
    return 'template';
  } catch (thrown) {
    if (!isHeddleError(thrown) || !['plan-invalid', 'config-invalid'].includes(thrown.code)) throw thrown;
    for (const line of thrown.notes.length > 0 ? thrown.notes : [thrown.message]) {
      expect(line).toMatch(/^template\.yaml:[1-9]\d*: E_[A-Z\d_]+: ./);
    }
    return 'errors';
  } finally {
    expect(performance.now() - start).toBeLessThan(longestMs);
  }
}

/** No server keeps its roles. */
function checkTemplate(data: Data): void {
  for (const resource of Object.values(entryOf(data, 'resources') ?? {}) as Data[]) {
    if (entryOf(resource, 'type') !== 'OS::Nova::Server') continue;
    const roles = entryOf(entryOf(resource, 'metadata'), 'roles');
    expect(isDataList(roles) ? roles : []).toEqual([]);
  }
}

it('a template with changed values gives a standard template, or errors with their lines', () => {
  const seen = { template: 0, errors: 0 };
  fc.assert(
    fc.property(template, fc.array(dataEdit, { minLength: 1, maxLength: 4 }), fc.boolean(), (index, edits, isJson) => {
      const changed = mutated(templates[index]?.data ?? null, edits);
      seen[outcomeOf(isJson ? writeIndented(changed) : stringify(toJson(changed)))] += 1;
    }),
    { numRuns: rounds, seed: fuzzSeed },
  );
  // Neither outcome may be rare: the test would look at one half of the compiler.
  expect(Math.min(seen.template, seen.errors)).toBeGreaterThan(rounds / 20);
}, 3_600_000);

it('a template with changed values whose deployments become roles gives a standard template, or errors with their lines', () => {
  const withDeployments = templates.filter((_, index) => corpus[index]?.name.startsWith('components/'));
  const seen = { template: 0, errors: 0 };
  fc.assert(
    fc.property(
      fc.nat(withDeployments.length - 1),
      fc.array(dataEdit, { minLength: 1, maxLength: 4 }),
      (index, edits) => {
        seen[outcomeOf(writeIndented(mutated(withDeployments[index]?.data ?? null, edits)), true)] += 1;
      },
    ),
    { numRuns: rounds, seed: fuzzSeed },
  );
  expect(Math.min(seen.template, seen.errors)).toBeGreaterThan(rounds / 20);
}, 3_600_000);

it('a template with damaged text gives a standard template, or errors with their lines', () => {
  fc.assert(
    fc.property(template, fc.array(textEdit, { minLength: 1, maxLength: 5 }), (index, edits) => {
      outcomeOf(damaged(templates[index]?.text ?? '', edits));
    }),
    { numRuns: rounds, seed: fuzzSeed },
  );
}, 3_600_000);

it('bytes that are no text give errors with their lines', () => {
  fc.assert(
    fc.property(
      template,
      fc.uint8Array({ minLength: 1, maxLength: 8 }),
      fc.noBias(fc.nat(999_999)),
      (index, bytes, at) => {
        const whole = Buffer.from(templates[index]?.text ?? '');
        const start = at % whole.length;
        outcomeOf(
          Buffer.concat([whole.subarray(0, start), bytes, whole.subarray(start + bytes.length)]).toString('utf8'),
        );
      },
    ),
    { numRuns: rounds / 5, seed: fuzzSeed },
  );
}, 3_600_000);
