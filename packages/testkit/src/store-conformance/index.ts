import { absence } from './absence.ts';
import { access } from './access.ts';
import { close } from './close.ts';
import { cluster } from './cluster.ts';
import { compareAndSet } from './compare-and-set.ts';
import { cutOff } from './cut-off.ts';
import { death } from './death.ts';
import { encryption } from './encryption.ts';
import { lostAnswers } from './lost-answers.ts';
import { order } from './order.ts';
import { processes } from './processes.ts';
import { rights } from './rights.ts';
import { sessions } from './sessions.ts';
import { withoutEmptySuites } from './suites.ts';
import type { DefineTest, StoreFactory, StoreKnobs, StoreRunner, Theme } from './types.ts';
import { values } from './values.ts';
import { watch } from './watch.ts';

export { type BackendParts, collectBackendParts } from './backend-parts.ts';
export { accepted, bytes, textOf } from './entries.ts';
export { createTcpProxy, type TcpProxy } from './proxy.ts';
export { recordWatch, type WatchRecorder } from './recorder.ts';
export * from './types.ts';

const themes = [
  absence,
  values,
  compareAndSet,
  order,
  watch,
  access,
  rights,
  encryption,
  sessions,
  lostAnswers,
  cutOff,
  death,
  cluster,
  close,
  processes,
];

/**
 * Define the tests that every store has to pass.
 *
 * @param runner   `describe` and `it` of any test runner.
 * @param factory  Makes a fresh, empty backend for each test.
 * @param knobs    What this store's backends can do; it decides which tests exist, never whether one passes.
 * @returns How many tests it has defined: assert it, so that none can vanish.
 */
export function storeConformance(runner: StoreRunner, factory: StoreFactory, knobs: StoreKnobs = {}): number {
  const all: Theme['knobs'] = {
    faultsOnly: false,
    canStop: false,
    canKill: false,
    isClustered: false,
    canCut: false,
    canDeny: false,
    canGrant: false,
    canEncrypt: false,
    hasChild: false,
    shortSessionMs: 1000,
    longSessionMs: 60_000,
    patienceMs: 60_000,
    ...knobs,
  };
  let count = 0;
  const filled = withoutEmptySuites(runner);
  const faultTest: DefineTest = (title, body) => {
    const run = async (): Promise<void> => {
      const backend = await factory();
      try {
        await body(backend);
      } finally {
        await backend.dispose();
      }
    };
    count += 1;
    filled.it(title, run, 3 * all.patienceMs);
  };
  const test: DefineTest = all.faultsOnly ? () => undefined : faultTest;
  for (const define of themes) define({ runner: filled, knobs: all, test, faultTest });
  return count;
}
