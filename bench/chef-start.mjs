#!/usr/bin/env node
import { chmod, readFile } from 'node:fs/promises';
import { benchmark } from './lib/command.mjs';
import { chefProgram, heddleProgram } from './lib/programs.mjs';
import { withScene } from './lib/scene.mjs';
import { spread } from './lib/statistics.mjs';

const help = `
Usage: node bench/chef-start.mjs [options]

Time of a whole chef-solo run that does nothing, under an agent and without one.

  --rounds N      pairs of runs, by turns; fewer if time is short (default 16)
`;

const options = { rounds: { type: 'string', default: '16' } };

const limitMs = 235_000;

async function measure({ rounds }) {
  return withScene('start', limitMs, async (scene) => {
    await writeFiles(scene);
    const startMs = performance.now();
    const pairs = [];
    for (let round = -1; round < rounds; round += 1) {
      const order = round % 2 === 0 ? [plainRun, heddleRun] : [heddleRun, plainRun];
      const pair = {};
      for (const run of order) Object.assign(pair, await run(scene));
      // The first pair finds cold files.
      if (round >= 0) pairs.push(pair);
      const elapsedMs = performance.now() - startMs;
      if (pairs.length > 0 && elapsedMs + (1.4 * elapsedMs) / (pairs.length + 1) > limitMs) {
        console.log(`time is short: ${pairs.length} of ${rounds} pairs`);
        break;
      }
    }
    return summarize(pairs);
  });
}

async function plainRun(scene) {
  const words = ['--config', 'plain.rb', '--json-attributes', 'plain.json', '--no-color', '--force-formatter'];
  await scene.start('plain.log', scene.path('plain-chef-solo'), words).end;
  return { plain: await lastTimes(scene.path('plain-chef-solo.times')) };
}

async function heddleRun(scene) {
  await scene.start('heddle.log', heddleProgram, ['up', 'heddle.yaml']).end;
  return { heddle: await lastTimes(scene.path('heddle-chef-solo.times')) };
}

async function lastTimes(file) {
  const line = (await readFile(file, 'utf8')).trim().split('\n').at(-1);
  const [wall, user, system] = line.split(' ').map(Number);
  return { wallMs: wall * 1000, processorMs: (user + system) * 1000 };
}

async function writeFiles(scene) {
  const timed = await readFile(new URL('chef-start/timed-chef-solo.sh', import.meta.url), 'utf8');
  const program = timed.replace('CHEF_SOLO', chefProgram('chef-solo'));
  const role = {
    name: 'nothing',
    chef: { run_list: ['recipe[nothing]'], config: 'solo.rb', program: './heddle-chef-solo' },
    outputs: { mark: 'nothing.mark' },
  };
  await scene.write({
    'heddle.yaml': JSON.stringify({ heddle: 1, deployment: 'start', nodes: { a: { roles: [role] } } }, null, 2),
    'solo.rb': "cookbook_path File.expand_path('cookbooks', __dir__)\nminimal_ohai true\n",
    'plain.rb': `from_file '${scene.path('solo.rb')}'\nnode_name 'plain'\n${own(scene, 'plain')}`,
    'plain.json': JSON.stringify({ run_list: ['recipe[nothing]'] }),
    'plain-chef-solo': program,
    'heddle-chef-solo': program,
    'cookbooks/nothing/metadata.rb': "name 'nothing'\nversion '1.0.0'\n",
    'cookbooks/nothing/recipes/default.rb': "node.default['nothing']['mark'] = 'done'\n",
  });
  for (const name of ['plain', 'heddle']) await chmod(scene.path(`${name}-chef-solo`), 0o755);
}

/** Where a plain run keeps what Heddle keeps for a node of its own. */
function own(scene, name) {
  const folder = (part) => `'${scene.path(name, part)}'`;
  return `lockfile ${folder('chef-solo.lock')}
pid_file ${folder('chef-solo.pid')}
file_cache_path ${folder('cache')}
file_backup_path ${folder('backup')}
node_path ${folder('nodes')}
chef_guid_path ${folder('chef_guid')}
`;
}

function summarize(pairs) {
  const of = (kind, measure) => spread(pairs.map((pair) => pair[kind][measure]));
  const ratio = (measure) => spread(pairs.map(({ heddle, plain }) => heddle[measure] / plain[measure]));
  return {
    pairs: pairs.length,
    plain: { wallMs: of('plain', 'wallMs'), processorMs: of('plain', 'processorMs') },
    heddle: { wallMs: of('heddle', 'wallMs'), processorMs: of('heddle', 'processorMs') },
    ratio: { wall: ratio('wallMs'), processor: ratio('processorMs') },
  };
}

function print({ pairs, plain, heddle, ratio }) {
  console.log(`${pairs} pairs of runs`);
  for (const [name, times] of Object.entries({ plain, heddle })) {
    const cell = ({ median, min, max }) => `${median.toFixed(0)} (${min.toFixed(0)} to ${max.toFixed(0)})`;
    console.log(`  ${name.padEnd(8)} ms: wall ${cell(times.wallMs)}, processor ${cell(times.processorMs)}`);
  }
  for (const [name, { median, quartile1, quartile3 }] of Object.entries(ratio)) {
    console.log(
      `  ${name} time with Heddle / without: median of the pairs ${median.toFixed(3)}, quartiles ${quartile1.toFixed(3)} to ${quartile3.toFixed(3)}`,
    );
  }
}

await benchmark(
  { name: 'chef-start', help, options, goal: 'wall time at most 1.03 times that of a run without Heddle' },
  measure,
  print,
);
