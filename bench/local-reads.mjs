#!/usr/bin/env node
import { plainKinds } from './lib/chef-scene.mjs';
import { benchmark } from './lib/command.mjs';
import { contrasts } from './lib/contrast.mjs';
import { measureEpisodes } from './lib/episodes.mjs';
import { median, quantile } from './lib/statistics.mjs';

const help = `
Usage: node bench/local-reads.mjs [options]

Processor time of attribute reads that have nothing to do with Heddle, in real chef-solo runs with and without it.

  --episodes N    times that new Chef runs are started; fewer if time is short (default 6)
  --runs N        Chef runs of each of the four kinds in an episode (default 2)
  --rounds N      times that each run has its turn in an episode (default 16)
`;

const options = {
  episodes: { type: 'string', default: '6' },
  runs: { type: 'string', default: '2' },
  rounds: { type: 'string', default: '16' },
};

const depths = ['top', 'second', 'third'];
const readsPerBlock = 300;
const blocksPerTurn = 20;

const kinds = [...plainKinds, 'unrelated', 'shared'];
/** A few neighbours at each level, as real cookbooks have. */
const attributes = `
default['k'] = 'top'
default['p']['k'] = 'second'
default['p']['q']['r'] = 'third'
20.times do |i|
  default['p']["sibling#{i}"] = i
  default['p']['q']["sibling#{i}"] = i
end
default['bench']['mark'] = 'not yet'
`;
const cookbook = { recipe: new URL('local-reads/recipe.rb', import.meta.url), attributes, kinds };

async function measure(extent) {
  const measured = await measureEpisodes('reads', cookbook, `${readsPerBlock} ${blocksPerTurn}`, extent);
  const { episodes, isPinned } = measured;
  const processes = measured.processes.map(({ times, ...process }) => ({
    ...process,
    depths: depths.map((_depth, at) =>
      times.filter((_ns, index) => index % depths.length === at).map((ns) => ns / readsPerBlock),
    ),
  }));
  return {
    episodes,
    processesPerKind: episodes * extent.runs,
    readsPerKind: episodes * extent.runs * extent.rounds * blocksPerTurn * readsPerBlock * depths.length,
    isPinned,
    ...summarize(processes),
  };
}

/** A process stands for its fastest blocks, those below the 5th percentile: what disturbs a block only ever makes it slower. */
function summarize(processes) {
  const undisturbed = (values) => quantile(values, 0.05);
  const nsPerRead = {};
  for (const kind of kinds) {
    const own = processes.filter((process) => process.kind === kind);
    nsPerRead[kind] = Object.fromEntries(
      depths.map((depth, at) => [depth, median(own.map((process) => undisturbed(process.depths[at])))]),
    );
  }
  const measures = {
    all: (process) => process.depths.reduce((sum, values) => sum + undisturbed(values), 0),
    ...Object.fromEntries(depths.map((depth, at) => [depth, (process) => undisturbed(process.depths[at])])),
    medians: (process) => process.depths.reduce((sum, values) => sum + median(values), 0),
  };
  const ratios = { unrelated: {}, shared: {}, control: {} };
  for (const [name, valueOf] of Object.entries(measures)) {
    const compare = contrasts(processes.map((process) => ({ ...process, value: valueOf(process) })));
    ratios.unrelated[name] = compare('unrelated', plainKinds);
    ratios.shared[name] = compare('shared', plainKinds);
    ratios.control[name] = compare('control', ['plain']);
  }
  // For whoever wants to look closer: what each process stands for.
  const rows = processes.map((process) => ({
    episode: process.episode,
    kind: process.kind,
    ns: process.depths.map(undisturbed),
  }));
  return { nsPerRead, ratios, processes: rows };
}

const titles = {
  unrelated: 'with Heddle, the input under another key / without Heddle',
  shared: 'with Heddle, inputs beside the attributes that are read / without Heddle',
  control: 'without Heddle / without Heddle: what this run could not have told apart',
};

function print({ episodes, processesPerKind, readsPerKind, isPinned, nsPerRead, ratios }) {
  const pinned = isPinned ? 'all on one processor, by turns' : 'not pinned: no taskset';
  console.log(
    `${(readsPerKind / 1e6).toFixed(2)} million reads in each kind of run: ${processesPerKind} processes a kind in ${episodes} episodes, ${pinned}`,
  );
  console.log(
    "reads: top node['k'], second node['p']['k'], third node['p']['q']['r']\n\nprocessor time per read, in ns",
  );
  for (const kind of kinds)
    console.log(
      `  ${kind.padEnd(10)} ${depths.map((depth) => `${depth} ${nsPerRead[kind][depth].toFixed(0)}`).join('  ')}`,
    );
  console.log('\nratio [95 % confidence interval over processes]');
  for (const [kind, title] of Object.entries(titles)) {
    console.log(`  ${kind}: ${title}`);
    for (const [name, { ratio, lower, upper }] of Object.entries(ratios[kind])) {
      console.log(
        `    ${name.padEnd(8)} ${ratio.toFixed(4)} [${lower.toFixed(4)}, ${upper.toFixed(4)}]${name === 'medians' ? ' (all, by medians)' : ''}`,
      );
    }
  }
}

await benchmark(
  { name: 'local-reads', help, options, goal: 'upper bound of unrelated/all at most 1.02' },
  measure,
  print,
);
