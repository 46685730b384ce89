#!/usr/bin/env node
import { plainKinds } from './lib/chef-scene.mjs';
import { benchmark } from './lib/command.mjs';
import { contrasts } from './lib/contrast.mjs';
import { measureEpisodes } from './lib/episodes.mjs';
import { median, quantile } from './lib/statistics.mjs';

const help = `
Usage: node bench/chef-attributes.mjs [options]

Processor time of writing, of merging again and of enumerating node attributes, in real chef-solo runs with and without Heddle.

  --episodes N    times that new Chef runs are started; fewer if time is short (default 6)
  --runs N        Chef runs of each of the five kinds in an episode (default 2)
  --rounds N      times that each run has its turn in an episode (default 12)
`;

const options = {
  episodes: { type: 'string', default: '6' },
  runs: { type: 'string', default: '2' },
  rounds: { type: 'string', default: '12' },
};

/** In the order of the recipe, with how often it does each in a block. */
const work = { write: 60, remerge: 8, enumerate: 2 };
const blocksPerTurn = 20;

/** Fifty neighbours below one top-level key, in two depths. */
const attributes = `
default['p']['k'] = 'value'
25.times do |i|
  default['p']["sibling#{i}"] = "value #{i}"
  default['p']['q']["sibling#{i}"] = i
end
default['p']['near'] = 'not yet'
default['bench']['mark'] = 'not yet'
`;
const heddleKinds = ['unrelated', 'shared', 'beside'];
const kinds = [...plainKinds, ...heddleKinds];
const cookbook = { recipe: new URL('chef-attributes/recipe.rb', import.meta.url), attributes, kinds };

async function measure(extent) {
  const measured = await measureEpisodes('attributes', cookbook, String(blocksPerTurn), extent);
  const { episodes, isPinned } = measured;
  const processes = measured.processes.map(({ times, ...process }) => ({
    ...process,
    ns: Object.fromEntries(
      Object.entries(work).map(([name, perBlock], at) => [
        name,
        undisturbed(times.filter((_ns, index) => index % Object.keys(work).length === at)) / perBlock,
      ]),
    ),
  }));
  const blocks = episodes * extent.runs * extent.rounds * blocksPerTurn;
  return {
    episodes,
    processesPerKind: episodes * extent.runs,
    timesPerKind: Object.fromEntries(Object.entries(work).map(([name, perBlock]) => [name, blocks * perBlock])),
    isPinned,
    ...summarize(processes),
  };
}

/** A process stands for its fastest blocks, those below the 5th percentile: what disturbs a block only ever makes it slower. */
function undisturbed(values) {
  return quantile(values, 0.05);
}

function summarize(processes) {
  const microseconds = {};
  const ratios = { unrelated: {}, shared: {}, beside: {}, control: {} };
  for (const name of Object.keys(work)) {
    const compare = contrasts(processes.map(({ ns, ...process }) => ({ ...process, value: ns[name] })));
    for (const kind of heddleKinds) ratios[kind][name] = compare(kind, plainKinds);
    ratios.control[name] = compare('control', ['plain']);
    for (const kind of kinds) {
      const own = processes.filter((process) => process.kind === kind);
      microseconds[kind] = { ...microseconds[kind], [name]: median(own.map(({ ns }) => ns[name])) / 1000 };
    }
  }
  return { microseconds, ratios, processes };
}

const titles = {
  unrelated: 'with Heddle, input and output under other keys / without Heddle',
  shared: 'with Heddle, inputs under the same key / without Heddle',
  beside: 'with Heddle, an output under the same key / without Heddle',
  control: 'without Heddle / without Heddle: what this run could not have told apart',
};

function print({ processesPerKind, episodes, isPinned, microseconds, ratios }) {
  const pinned = isPinned ? 'all on one processor, by turns' : 'not pinned: no taskset';
  console.log(`${processesPerKind} processes a kind in ${episodes} episodes, ${pinned}\n\nprocessor time, in µs`);
  for (const kind of kinds) {
    const cells = Object.entries(microseconds[kind]).map(([name, value]) => `${name} ${value.toFixed(2)}`);
    console.log(`  ${kind.padEnd(10)} ${cells.join('  ')}`);
  }
  console.log('\nratio [95 % confidence interval over processes]');
  for (const [kind, title] of Object.entries(titles)) {
    console.log(`  ${kind}: ${title}`);
    for (const [name, { ratio, lower, upper }] of Object.entries(ratios[kind])) {
      console.log(`    ${name.padEnd(10)} ${ratio.toFixed(4)} [${lower.toFixed(4)}, ${upper.toFixed(4)}]`);
    }
  }
}

await benchmark(
  {
    name: 'chef-attributes',
    help,
    options,
    goal: 'unrelated and shared: writes at most 1.10, merging again at most 1.25',
  },
  measure,
  print,
);
