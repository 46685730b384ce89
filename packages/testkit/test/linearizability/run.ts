import type { Store } from '@heddle/core';
import { checkRegister, createRandom, describeOperation, recordHistories } from '@heddle/testkit';
import type { Rig } from './faults.ts';

/** The full suite does more operations. */
export const factor = Number(process.env['HEDDLE_TEST_FACTOR'] ?? 1);

export interface RunOptions {
  readonly rig: Rig;
  readonly operations: number;
  /** How often something goes wrong, spread over the operations; each fault comes up in turn. */
  readonly faults: number;
  /** Between the clients and their stores. @default nothing */
  readonly between?: (store: Store, random: () => number) => Store;
  /** As for `recordHistories`. @default false */
  readonly removesAfterAnswers?: boolean;
}

/**
 * Record what clients see of a store under faults, and check it.
 *
 * @returns why it is not linearizable; undefined when it is.
 */
export async function runUnderFaults({
  rig,
  operations,
  faults,
  between,
  removesAfterAnswers = false,
}: RunOptions): Promise<string | undefined> {
  const { seed, random } = createRandom();
  console.log(`linearizability seed ${seed}`);
  const stores = rig.stores.map((store) => between?.(store, random) ?? store);
  const { called, recording } = recordHistories({ stores, operations, seed, timeoutMs: 1500, removesAfterAnswers });
  let isOver = false;
  const record = recording.finally(() => {
    isOver = true;
  });
  const happen = async (): Promise<void> => {
    let round = [...rig.faults];
    for (let number = 1; number <= faults; number += 1) {
      await called((number * operations) / (faults + 1));
      if (isOver) return;
      if (round.length === 0) round = [...rig.faults];
      const [fault] = round.splice(Math.floor(random() * round.length), 1);
      await fault?.happen(random);
    }
  };
  // Also after a failure nothing may go on: what is disposed of next must not come back.
  const [recorded, happened] = await Promise.allSettled([record, happen()]);
  if (recorded.status === 'rejected') throw recorded.reason;
  if (happened.status === 'rejected') throw happened.reason;
  const { histories, ends } = recorded.value;
  console.log(`${operations} operations on ${histories.size} keys, ${faults} faults: ${JSON.stringify(ends)}`);
  for (const [key, history] of histories) {
    const violation = checkRegister(history);
    if (!violation) continue;
    const around = history
      .filter(
        ({ calledAt, endedAt }) => endedAt >= violation.stuckAt.calledAt - 100 && calledAt <= violation.stuckAt.endedAt,
      )
      .sort((a, b) => a.calledAt - b.calledAt);
    return [
      `seed ${seed}: ${key} is not linearizable at`,
      describeOperation(violation.stuckAt),
      'of',
      ...around.map(describeOperation),
    ].join('\n');
  }
  return undefined;
}
