import { describe, expect, it } from 'vitest';
import { faultClasses, simulate, simulateMany } from '../../src/simulator/index.ts';

const runs = 2000;
/** Other ones than those that the long suite begins with. */
const firstSeed = 1_000_001;

describe('simulated deployments', () => {
  it(`come to what their programs say, ${runs} of them, whatever goes wrong`, async () => {
    const { failures, counts } = await simulateMany(firstSeed, runs);
    const again = failures.map(
      ({ seed, problems }) => `node packages/testkit/dist/simulator/run.js --seed ${seed}: ${problems[0]}`,
    );
    expect(again).toEqual([]);
    expect(faultClasses.filter((fault) => !counts.has(fault))).toEqual([]);
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
