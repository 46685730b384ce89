#!/usr/bin/env node
import { mkdir, readFile, rm } from 'node:fs/promises';
import { stages, stagesOf } from './chain/stages.mjs';
import { benchmark } from './lib/command.mjs';
import { checkout } from './lib/programs.mjs';
import { withScene } from './lib/scene.mjs';
import { spread } from './lib/statistics.mjs';

const help = `
Usage: node bench/chain.mjs [options]

Wall time of examples/two-servers by stage: compile, seed, create, boot, install, converge, signal. The real Heat engine, cloud-init,
bundle, chef-solo and ZooKeeper; machines of the test kit.

  --runs N        runs; fewer if time is short (default 5)
`;

const limitMs = 235_000;

async function measure({ runs }) {
  return withScene('chain', limitMs, async (scene) => {
    const bundle = scene.path('heddle.mjs');
    await scene.start('bundle.log', process.execPath, [`${checkout}packages/bundle/bin/bundle.mjs`, '-o', bundle]).end;
    const startMs = performance.now();
    const measured = [];
    while (measured.length < runs) {
      measured.push(await oneRun(scene, measured.length, bundle));
      const elapsedMs = performance.now() - startMs;
      if (measured.length < runs && elapsedMs + (1.4 * elapsedMs) / measured.length > limitMs) {
        console.log(`time is short: ${measured.length} of ${runs} runs`);
        break;
      }
    }
    const sum = (run) => Object.values(run).reduce((total, ms) => total + ms, 0);
    return {
      totalMs: spread(measured.map(sum)),
      stagesMs: Object.fromEntries(
        Object.keys(stages).map((stage) => [stage, spread(measured.map((run) => run[stage]))]),
      ),
      convergeShare: spread(measured.map((run) => run.converge / sum(run))),
    };
  });
}

async function oneRun(scene, number, bundle) {
  const folder = scene.path(`run-${number}`);
  await mkdir(folder);
  const words = [`${checkout}bench/chain/once.mjs`, folder, bundle];
  await scene.start(`run-${number}.log`, process.execPath, words).end;
  const moments = JSON.parse(await readFile(`${folder}/moments.json`, 'utf8'));
  await rm(folder, { recursive: true, force: true });
  return stagesOf(moments);
}

function print(results) {
  const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;
  const line = (what, { count, min, median, max }) =>
    console.log(
      `  ${what.padEnd(62)} ${seconds(median).padStart(8)}  (${seconds(min)} to ${seconds(max)}, ${count} runs)`,
    );
  console.log('median (extremes)');
  line('from heddle compile to CREATE_COMPLETE', results.totalMs);
  for (const [stage, what] of Object.entries(stages)) line(`  ${what}`, results.stagesMs[stage]);
  console.log(`  share of the roles: ${Math.round(results.convergeShare.median * 100)} %`);
  console.log(`
The stages are those of the machine that signalled last; each begins where the one before ends, so they add up to the total.
Not in it: making the machines and loading Heat, which a cloud has done before anybody comes.`);
}

await benchmark(
  {
    name: 'chain',
    help,
    options: { runs: { type: 'string', default: '5' } },
    goal: 'none: it shows where the time goes',
  },
  measure,
  print,
);
