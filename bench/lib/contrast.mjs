import { mean } from './statistics.mjs';

/**
 * Compare kinds of processes that were measured in several episodes, each with as many processes of each kind.
 *
 * The model is: log of the time = what the episode adds + what the kind adds + what this very process adds. Two processes
 * of one kind differ (memory layout, hash seeds), so the process is the unit, however often each was measured.
 *
 * @param scores  `{ episode, kind, value }`, one a process.
 * @returns A function: the ratio of one kind to others, with its 95 % confidence interval.
 */
export function contrasts(scores) {
  const episodes = groupBy(scores, ({ episode }) => episode);
  const centre = new Map(
    [...episodes].map(([episode, all]) => [episode, mean(all.map(({ value }) => Math.log(value)))]),
  );
  const byKind = new Map();
  for (const [kind, all] of groupBy(scores, (score) => score.kind)) {
    byKind.set(
      kind,
      all.map(({ episode, value }) => Math.log(value) - centre.get(episode)),
    );
  }
  const squares = [...byKind.values()].flatMap((logs) => logs.map((log) => (log - mean(logs)) ** 2));
  const freedom = scores.length - episodes.size - byKind.size + 1;
  const deviation = Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / freedom);
  return (kind, references) => {
    const of = byKind.get(kind);
    const to = references.flatMap((reference) => byKind.get(reference));
    const difference = mean(of) - mean(to);
    const margin = student975(freedom) * deviation * Math.sqrt(1 / of.length + 1 / to.length);
    return { ratio: Math.exp(difference), lower: Math.exp(difference - margin), upper: Math.exp(difference + margin) };
  };
}

/** The 97.5 % point of Student's t: Cornish-Fisher expansion, good to 0.5 % from 4 degrees of freedom on. */
function student975(freedom) {
  const z = 1.959964;
  const first = (z ** 3 + z) / 4;
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  return z + first / freedom + second / freedom ** 2 + third / freedom ** 3;
}

function groupBy(items, keyOf) {
  const groups = new Map();
  for (const item of items) {
    const key = keyOf(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}
