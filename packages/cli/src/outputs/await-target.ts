import { epochKeys, type HeddleError, type Key, type Store, systemClock, toHeddleError } from '@heddle/core';
import type { OutputsState } from '../views/outputs.ts';
import { timeoutError } from './absence.ts';
import { readOutputs } from './read-outputs.ts';
import { findTarget, type Target } from './target.ts';

export interface FoundTarget {
  readonly target: Target;
  readonly state: OutputsState;
}

/**
 * Wait until every output of a target is present, or one of them will never come.
 *
 * @param epoch  Its number: a wait stays with the epoch in which it began.
 * @throws wait-timeout, and what reading throws.
 */
export async function awaitTarget(store: Store, first: FoundTarget, timeoutMs: number): Promise<FoundTarget> {
  if (isSettled(first.target)) return first;
  const { deployment, epoch } = first.state;
  const keys = epochKeys(deployment, epoch);
  let latest = first;
  let isReading = false;
  let isStale = false;
  return new Promise((resolve, reject) => {
    const end = (finish: () => void) => {
      cancel();
      Promise.all(watches.map((watch) => watch.close())).then(finish, reject);
    };
    const look = async () => {
      isStale = true;
      if (isReading) return;
      isReading = true;
      try {
        while (isStale) {
          isStale = false;
          const state = await readOutputs(store, deployment, epoch);
          latest = { state, target: findTarget(state, first.target.text, systemClock.wallMs()) };
          if (isSettled(latest.target)) return end(() => resolve(latest));
        }
      } catch (thrown) {
        const error: HeddleError = toHeddleError(thrown);
        // The watch tells everything again when the store is back.
        if (error.code !== 'unavailable') end(() => reject(error));
      } finally {
        isReading = false;
      }
    };
    const handler = {
      state: () => void look(),
      gone: () => undefined,
      synced: () => undefined,
      status: () => undefined,
      failed: (error: HeddleError) => end(() => reject(error)),
    };
    const prefixes: Key[] = first.target.outputs.flatMap(({ node, output, role }) => [
      keys.value(node, output),
      keys.role(node, role),
    ]);
    const watches = prefixes.map((prefix) => store.watch(prefix, handler));
    const cancel = systemClock.timer(timeoutMs, () =>
      end(() => reject(timeoutError(latest.target, latest.state, timeoutMs, systemClock.wallMs()))),
    );
  });
}

function isSettled({ outputs }: Target): boolean {
  return outputs.every(({ state }) => state === 'present') || outputs.some(({ state }) => state === 'failed');
}
