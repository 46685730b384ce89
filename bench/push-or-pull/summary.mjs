import { mean, spread } from '../lib/statistics.mjs';

const figures = ['busiestMs', 'totalMs', 'storeMs', 'wallMs'];

/**
 * Put the runs of one way with one number of machines together.
 *
 * `busiestMs` is the processor time of the machine that had most of it, `totalMs` that of all machines and the store, `storeMs` the store's alone.
 */
export function summarize(runs) {
  return Object.fromEntries(figures.map((figure) => [figure, spread(runs.map((run) => run[figure]))]));
}

/** Of two kinds of push the one whose control node has less to do. */
export function better(summaries) {
  return Object.entries(summaries).toSorted(([, a], [, b]) => a.busiestMs.median - b.busiestMs.median)[0];
}

/**
 * How each figure grows: the slope of the straight line through the medians, in ms for one machine more, and the same as a share of the figure at
 * the fewest machines.
 */
export function growth(byCount) {
  const counts = Object.keys(byCount).map(Number);
  if (counts.length < 2) return undefined;
  return Object.fromEntries(
    figures.map((figure) => {
      const values = counts.map((count) => byCount[count][figure].median);
      const slopeMs = slope(counts, values);
      return [figure, { slopeMs, share: slopeMs / values[counts.indexOf(Math.min(...counts))] }];
    }),
  );
}

/** What a run has used: the difference of two readings of the groups. */
export function used(before, after, wallMs) {
  const spent = Object.fromEntries(Object.keys(after).map((name) => [name, after[name] - before[name]]));
  const { store, ...machines } = spent;
  const all = Object.values(machines);
  const totalMs = all.reduce((sum, ms) => sum + ms, store);
  return { busiestMs: Math.max(...all), totalMs, storeMs: store, wallMs };
}

function slope(xs, ys) {
  const [x, y] = [mean(xs), mean(ys)];
  const products = xs.reduce((sum, each, index) => sum + (each - x) * (ys[index] - y), 0);
  return products / xs.reduce((sum, each) => sum + (each - x) ** 2, 0);
}
