#!/usr/bin/env node
import { benchmark } from './lib/command.mjs';
import { withScene } from './lib/scene.mjs';
import { startCluster } from './push-or-pull/cluster.mjs';
import { heddle, push } from './push-or-pull/runs.mjs';
import { better, growth, summarize, used } from './push-or-pull/summary.mjs';

const help = `
Usage: node bench/push-or-pull.mjs [options]

One playbook on N machines: pushed over SSH by one ansible-playbook, and run by every machine itself with Heddle. Needs root.

  --runs N        runs of each kind, by turns; fewer if time is short (default 3)
  --nodes LIST    numbers of machines (default 2,4,8,16)
`;

const limitMs = 900_000;
/** What Ansible does at once unless told otherwise. */
const defaultForks = 5;

async function measure({ runs, nodes }) {
  const counts = readCounts(nodes);
  const shareMs = limitMs / counts.reduce((sum, count) => sum + count, 0);
  return withScene('push-or-pull', 4 * limitMs, async (scene) => {
    const byCount = {};
    console.log(header);
    for (const count of counts) {
      byCount[count] = await withCount(scene, count, runs, shareMs * count);
      // Now, as the next number takes twice as long.
      printCount(count, byCount[count]);
    }
    const series = (pick) => Object.fromEntries(counts.map((count) => [count, pick(byCount[count])]));
    return {
      byCount,
      growth: {
        push: growth(series((ways) => better(pushes(ways))[1])),
        heddle: growth(series((ways) => ways.heddle)),
      },
    };
  });
}

async function withCount(scene, count, runs, budgetMs) {
  const cluster = await startCluster(scene, count);
  try {
    const ways = {
      'push, default forks': (label) => push(scene, cluster, label, []),
      ...(count > defaultForks && {
        [`push, ${count} forks`]: (label) => push(scene, cluster, label, ['--forks', String(count)]),
      }),
      heddle: (label) => heddle(scene, cluster, label),
    };
    const names = Object.keys(ways);
    const measured = Object.fromEntries(names.map((name) => [name, []]));
    const startMs = performance.now();
    let expected;
    for (let round = 0; round < runs; round += 1) {
      for (const [index, name] of (round % 2 === 0 ? names : names.toReversed()).entries()) {
        const run = await oneRun(cluster, ways[name], `run-${count}-${round}-${index}`);
        expected ??= run.digests;
        if (run.digests.join() !== expected.join()) throw new Error(`${name}: other files than by the first run`);
        measured[name].push(run.used);
      }
      const elapsedMs = performance.now() - startMs;
      if (round + 1 < runs && elapsedMs + (1.4 * elapsedMs) / (round + 1) > budgetMs) {
        console.log(`time is short: ${round + 1} of ${runs} runs with ${count} machines`);
        break;
      }
    }
    return Object.fromEntries(names.map((name) => [name, summarize(measured[name])]));
  } finally {
    await cluster.close();
  }
}

async function oneRun(cluster, work, label) {
  await cluster.reset();
  const before = cluster.groups.usedMs();
  const startMs = performance.now();
  await work(label);
  const wallMs = performance.now() - startMs;
  return { used: used(before, cluster.groups.usedMs(), wallMs), digests: await cluster.digests() };
}

function pushes({ heddle: _heddle, ...others }) {
  return others;
}

function readCounts(text) {
  const counts = text.split(',').map(Number);
  if (counts.some((count) => !Number.isInteger(count) || count < 2 || count > 60))
    throw Object.assign(new Error(`--nodes takes whole numbers from 2 to 60, not ${text}`), { exitCode: 2 });
  return counts.toSorted((a, b) => a - b);
}

const header =
  'median (extremes), s              busiest machine        all of it              the store              wall';

function printCount(count, ways) {
  const seconds = ({ median, min, max }) => `${s(median)} (${s(min)} to ${s(max)})`.padEnd(23);
  for (const [way, { busiestMs, totalMs, storeMs, wallMs }] of Object.entries(ways)) {
    const cells = [busiestMs, totalMs, storeMs, wallMs].map(seconds).join('');
    console.log(`  ${String(count).padStart(2)} machines, ${way.padEnd(20)}${cells}`);
  }
  const [name, { busiestMs }] = better(pushes(ways));
  const times = busiestMs.median / ways.heddle.busiestMs.median;
  console.log(`  ${String(count).padStart(2)} machines: busiest machine, ${name} / heddle: ${times.toFixed(2)}`);
}

function print({ growth: growths }) {
  if (growths.push === undefined) return;
  console.log('one machine more costs, by the line through the medians (the better push):');
  for (const [way, { busiestMs, totalMs, wallMs }] of Object.entries(growths)) {
    const cell = ({ slopeMs, share }) => `${s(slopeMs)} s (${(100 * share).toFixed(1)} % of the smallest)`;
    console.log(`  ${way.padEnd(8)} busiest ${cell(busiestMs)}, all ${cell(totalMs)}, wall ${cell(wallMs)}`);
  }
}

function s(ms) {
  return (ms / 1000).toFixed(2);
}

await benchmark(
  {
    name: 'push-or-pull',
    help,
    options: { runs: { type: 'string', default: '3' }, nodes: { type: 'string' } },
    goal: "the busiest machine's processor time does not grow with the number of machines, and is below that of push from 4 machines on",
  },
  (options) => measure({ ...options, nodes: options.nodes ?? '2,4,8,16' }),
  print,
);
