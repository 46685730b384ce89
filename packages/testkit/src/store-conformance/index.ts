import { absence } from './absence.ts';
import { close } from './close.ts';
import { compareAndSet } from './compare-and-set.ts';
import { order } from './order.ts';
import { sessions } from './sessions.ts';
import { type StoreFactory, type StoreKnobs, type StoreRunner, storeThemes, type Theme } from './types.ts';
import { values } from './values.ts';
import { watch } from './watch.ts';

export { createTcpProxy, type TcpProxy } from './proxy.ts';
export * from './types.ts';

const definitions = { absence, values, compareAndSet, order, watch, sessions, close };

/**
 * Define the tests that every store has to pass.
 *
 * @param runner   `describe` and `it` of any test runner.
 * @param factory  Makes a fresh, empty backend for each test.
 * @param knobs    What this store's backends can do; it decides which tests exist, never whether one passes.
 */
export function storeConformance(runner: StoreRunner, factory: StoreFactory, knobs: StoreKnobs = {}): void {
  const theme: Theme = {
    runner,
    knobs: {
      themes: storeThemes,
      canStop: false,
      canCut: false,
      hasChild: false,
      shortSessionMs: 1000,
      longSessionMs: 60_000,
      patienceMs: 20_000,
      ...knobs,
    },
    test(title, body) {
      runner.it(title, async () => {
        const backend = await factory();
        try {
          await body(backend);
        } finally {
          await backend.dispose();
        }
      });
    },
  };
  for (const name of theme.knobs.themes) definitions[name](theme);
}
