import type { StoreRunner } from './types.ts';

/**
 * Define suites at once, in whatever order the runner fills them: then their tests can be counted.
 *
 * A suite without tests is an error to some runners, and a lie to a reader: one whose tests the knobs leave out is not defined.
 */
export function withoutEmptySuites(runner: StoreRunner): StoreRunner {
  let tests: (() => void)[] | undefined;
  return {
    describe(title, body) {
      tests = [];
      body();
      const found = tests;
      tests = undefined;
      if (found.length > 0) runner.describe(title, () => found.forEach((define) => define()));
    },
    it(title, body, timeoutMs) {
      const define = (): void => runner.it(title, body, timeoutMs);
      if (tests === undefined) define();
      else tests.push(define);
    },
  };
}
