import { absence } from './absence.ts';
import { close } from './close.ts';
import { compareAndSet } from './compare-and-set.ts';
import { order } from './order.ts';
import { sessions } from './sessions.ts';
import type { DefineTest, StoreFactory, StoreKnobs, StoreRunner, Theme } from './types.ts';
import { values } from './values.ts';
import { watch } from './watch.ts';

export { createTcpProxy, type TcpProxy } from './proxy.ts';
export * from './types.ts';

const themes = [absence, values, compareAndSet, order, watch, sessions, close];

/**
 * Define the tests that every store has to pass.
 *
 * @param runner   `describe` and `it` of any test runner.
 * @param factory  Makes a fresh, empty backend for each test.
 * @param knobs    What this store's backends can do; it decides which tests exist, never whether one passes.
 */
export function storeConformance(runner: StoreRunner, factory: StoreFactory, knobs: StoreKnobs = {}): void {
  const faultTest: DefineTest = (title, body) => {
    runner.it(title, async () => {
      const backend = await factory();
      try {
        await body(backend);
      } finally {
        await backend.dispose();
      }
    });
  };
  const all: Theme['knobs'] = {
    faultsOnly: false,
    canStop: false,
    canCut: false,
    hasChild: false,
    shortSessionMs: 1000,
    longSessionMs: 60_000,
    patienceMs: 20_000,
    ...knobs,
  };
  const test: DefineTest = all.faultsOnly ? () => undefined : faultTest;
  for (const define of themes) define({ runner, knobs: all, test, faultTest });
}
