import { describe, expect, it } from 'vitest';
import { faultClasses, type SimulationFailure, simulate, simulateMany } from '../../src/simulator/index.ts';

const runs = 1500;
const knottedRuns = 500;
/** Milliseconds: it is nothing but computing, of which a busy machine does little at a time. */
const longestMs = 900_000;
/** Other ones than those that the long suite begins with. */
const firstSeed = 1_000_001;

describe('simulated deployments', () => {
  it(`come to what their programs say, ${runs} of them, whatever goes wrong`, { timeout: longestMs }, async () => {
    const { failures, counts } = await simulateMany(firstSeed, runs);
    expect(failures.map(again)).toEqual([]);
    expect(faultClasses.filter((fault) => !counts.has(fault))).toEqual([]);
  });

  it(`that wait for one another come to what their programs say, ${knottedRuns} of them`, {
    timeout: longestMs,
  }, async () => {
    const { failures, counts } = await simulateMany(firstSeed, knottedRuns, { withDeadlocks: true });
    expect(failures.map((failure) => `${again(failure)}, with --deadlocks`)).toEqual([]);
    expect(counts.get('read: deadlock')).toBeGreaterThan(100);
  });

  it('happen again in the same way from the same seed', async () => {
    const record = async (seed: number): Promise<string[]> => {
      const lines: string[] = [];
      await simulate(seed, { trace: (line) => void lines.push(line) });
      return lines;
    };
    for (const seed of [7, 158, 4544]) {
      const first = await record(seed);
      expect(first.length).toBeGreaterThan(100);
      expect(await record(seed)).toEqual(first);
    }
  });
});

/** How to run a failed one again, and what is wrong with it first. */
function again({ seed, problems }: SimulationFailure): string {
  return `node packages/testkit/dist/simulator/run.js --seed ${seed}: ${problems[0]}`;
}
