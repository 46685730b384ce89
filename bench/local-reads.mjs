#!/usr/bin/env node
import { cpus } from 'node:os';
import { benchmark } from './lib/command.mjs';
import { withScene } from './lib/scene.mjs';
import { median, medianInterval } from './lib/statistics.mjs';
import { depths, pin, startRunners } from './local-reads/runners.mjs';
import { labels } from './local-reads/scene.mjs';

const help = `
Usage: node bench/local-reads.mjs [options]

CPU time of attribute reads that have nothing to do with Heddle, in real chef-solo runs with and without it.

  --rounds N      rounds in which each run reads one block per depth (default 120)
  --reads N       reads of a block (default 7000)
`;

/** The comparisons; the floor of each is the plain run. */
const comparisons = {
  unrelated: 'Heddle, input under another key',
  shared: 'Heddle, inputs beside the attributes that are read',
  control: 'a second plain run (what this method cannot tell apart)',
};

const warmUpRounds = 4;

async function measure({ rounds, reads }) {
  return withScene('reads', 230_000, async (scene) => {
    const { runners, failed, finish } = await startRunners(scene);
    const blocks = [];
    let pinned = true;
    for (let round = -warmUpRounds; round < rounds; round += 1) {
      pinned = pin(runners, Math.abs(round >> 1) % cpus().length) && pinned;
      const block = await Promise.race([oneRound(runners, round, reads), failed]);
      if (round >= 0) blocks.push(block);
    }
    await finish();
    return {
      rounds,
      readsPerBlock: reads,
      readsPerSide: rounds * reads * depths.length,
      pinned,
      ...summarize(blocks, reads),
    };
  });
}

/** One block in each run, in an order that turns around from round to round: A B C D, D C B A. */
async function oneRound(runners, round, reads) {
  const order = round % 2 === 0 ? labels : [...labels].reverse();
  const block = {};
  for (const label of order) block[label] = await runners.get(label).read(reads);
  return block;
}

function summarize(blocks, reads) {
  const nsPerRead = {};
  for (const label of labels) {
    nsPerRead[label] = Object.fromEntries(
      depths.map((depth, at) => [depth, median(blocks.map((block) => block[label][at].cpuNs / reads))]),
    );
  }
  const ratios = {};
  for (const label of Object.keys(comparisons)) {
    const of = (pick) => medianInterval(blocks.map((block) => pick(block[label]) / pick(block.plain)));
    ratios[label] = { all: of((times) => times.reduce((sum, { cpuNs }) => sum + cpuNs, 0)) };
    for (const [at, depth] of depths.entries()) ratios[label][depth] = of((times) => times[at].cpuNs);
    ratios[label].wall = of((times) => times.reduce((sum, { wallNs }) => sum + wallNs, 0));
  }
  return { nsPerRead, ratios };
}

function print({ rounds, readsPerBlock, readsPerSide, pinned, nsPerRead, ratios }) {
  console.log(
    `${rounds} rounds x ${readsPerBlock} reads x 3 depths = ${(readsPerSide / 1e6).toFixed(2)} million reads per run${pinned ? ', all runs on one processor at a time' : ''}`,
  );
  console.log("reads: top node['k'], second node['p']['k'], third node['p']['q']['r']\n");
  for (const [label, times] of Object.entries(nsPerRead)) {
    console.log(
      `  ${label.padEnd(10)} ns per read: ${depths.map((depth) => `${depth} ${times[depth].toFixed(0)}`).join(', ')}`,
    );
  }
  console.log('\nratio to the plain run: median of the rounds [95 % interval]');
  for (const [label, what] of Object.entries(comparisons)) {
    console.log(`  ${label}: ${what}`);
    for (const [part, { lower, median: middle, upper }] of Object.entries(ratios[label])) {
      console.log(
        `    ${part.padEnd(7)} ${middle.toFixed(4)} [${lower.toFixed(4)}, ${upper.toFixed(4)}]${part === 'wall' ? ' (wall clock, all depths)' : ''}`,
      );
    }
  }
}

await benchmark(
  {
    name: 'local-reads',
    help,
    options: { rounds: { type: 'string', default: '120' }, reads: { type: 'string', default: '7000' } },
    goal: 'upper 95 % bound of the ratio at most 1.02',
  },
  measure,
  print,
);
