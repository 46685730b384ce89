import { withoutEmptySuites } from '../store-conformance/suites.ts';
import { commandLine } from './command-line.ts';
import { failures } from './failures.ts';
import { Place } from './place.ts';
import { runs } from './runs.ts';
import { secrets } from './secrets.ts';
import { stopping } from './stopping.ts';
import type { AdapterKnobs, AdapterRunner, AdapterSubject, DefineAdapterTest } from './types.ts';
import { valuesTheme } from './values.ts';
import { waits } from './waits.ts';
import { within } from './within.ts';

export { shellRole, shellWords } from './shell-role.ts';
export type { AdapterKnobs, AdapterRunner, AdapterSubject, RoleStep, TinyRole, WrittenRole } from './types.ts';

const themes = [valuesTheme, waits, failures, secrets, runs, stopping, commandLine];

/**
 * Define the tests that every adapter has to pass. They run `heddle agent` with a store of its own, and tiny roles in the language of the tool.
 *
 * @param runner   `describe` and `it` of any test runner.
 * @param subject  The adapter, and how a tiny role is written for it.
 * @param knobs    What its tool can do; it decides which tests exist, never whether one passes.
 * @returns How many tests it has defined: assert it, so that none can vanish.
 */
export function adapterConformance(runner: AdapterRunner, subject: AdapterSubject, knobs: AdapterKnobs = {}): number {
  const all: Required<AdapterKnobs> = {
    hasDefaults: false,
    readsScalarsAsText: false,
    namesReaders: false,
    tellsSteps: false,
    countsUpdates: false,
    hasTools: false,
    patienceMs: 120_000,
    ...knobs,
  };
  let count = 0;
  const filled = withoutEmptySuites(runner);
  const test: DefineAdapterTest = (title, scene, body) => {
    const run = async (): Promise<void> => {
      const place = await Place.create(scene, subject, all.patienceMs);
      try {
        await within(3 * all.patienceMs, body(place));
      } finally {
        await place.dispose();
      }
    };
    count += 1;
    // Beyond what the test itself is given, for its preparation and for what it has to clear away.
    filled.it(title, run, 5 * all.patienceMs);
  };
  for (const define of themes) define({ runner: filled, subject, knobs: all, test });
  return count;
}
