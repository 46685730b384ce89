import { Tally } from './faults/tally.ts';
import { type SimulateOptions, simulate } from './simulate.ts';

/** A run that came to something else than its program says. */
export interface SimulationFailure {
  readonly seed: number;
  readonly problems: readonly string[];
}

export interface SimulationSummary {
  readonly runs: number;
  readonly failures: readonly SimulationFailure[];
  /** How often each fault, and each end of a read, occurred. */
  readonly counts: ReadonlyMap<string, number>;
}

/** Run deployments of consecutive seeds one after the other. */
export async function simulateMany(
  seed: number,
  runs: number,
  options: SimulateOptions = {},
): Promise<SimulationSummary> {
  const tally = new Tally();
  const failures: SimulationFailure[] = [];
  for (let number = seed; number < seed + runs; number += 1) {
    const { problems, counts } = await simulate(number, options);
    tally.addAll(counts);
    if (problems.length > 0) failures.push({ seed: number, problems });
  }
  return { runs, failures, counts: tally.counts };
}
