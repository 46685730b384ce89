#!/usr/bin/env node
import { mkdir, readFile, rm } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { benchmark } from './lib/command.mjs';
import { checkout } from './lib/programs.mjs';
import { withScene } from './lib/scene.mjs';
import { spread } from './lib/statistics.mjs';
import { tiers, ways } from './stack-create/ways.mjs';

const help = `
Usage: node bench/stack-create.mjs [options]

Time from stack create to CREATE_COMPLETE of servers in a chain, each of which needs the address of the one before and what its role publishes: with the addresses
from Heat, with --prefer runtime, and the same roles one after the other, as depends_on and wait conditions order them without Heddle.
The real Heat engine, cloud-init, bundle, chef-solo and ZooKeeper; machines of the test kit.

  --runs N        runs of each, by turns; fewer if time is short (default 3)
  --servers N     servers, 2 to ${tiers.length} (default 5)
  --build S       seconds that the cloud takes to make a server, by turns with none (default 10)
  --work N        lines that each half of a role packs (default 400000)
`;

const options = {
  runs: { type: 'string', default: '3' },
  servers: { type: 'string', default: '5' },
  build: { type: 'string', default: '10' },
  work: { type: 'string', default: '400000' },
};
const limitMs = 1_500_000;

async function measure({ runs, servers: count, build, work }) {
  if (count < 2 || count > tiers.length) {
    throw Object.assign(new Error(`--servers takes 2 to ${tiers.length}, not ${count}`), { exitCode: 2 });
  }
  const servers = tiers.slice(0, count);
  const kinds = [...new Set([0, build])].flatMap((buildS) => Object.keys(ways).map((way) => ({ buildS, way })));
  return withScene('stack-create', limitMs, async (scene) => {
    const bundle = scene.path('heddle.mjs');
    await scene.start('bundle.log', process.execPath, [`${checkout}packages/bundle/bin/bundle.mjs`, '-o', bundle]).end;
    const rounds = [];
    let first;
    const startMs = performance.now();
    while (rounds.length < runs) {
      const round = [];
      for (const { buildS, way } of rounds.length % 2 === 0 ? kinds : kinds.toReversed()) {
        const outcome = await oneStack(scene, bundle, { way, servers, work, buildMs: buildS * 1000 });
        first ??= outcome;
        checkFiles(way, outcome, first);
        round.push({ buildS, way, outcome });
      }
      rounds.push(round);
      const elapsedMs = performance.now() - startMs;
      if (rounds.length < runs && elapsedMs + (1.2 * elapsedMs) / rounds.length > limitMs) {
        console.log(`time is short: ${rounds.length} of ${runs} runs`);
        break;
      }
    }
    return { servers: count, work, builds: summarize(kinds, rounds) };
  });
}

async function oneStack(scene, bundle, settings) {
  const folder = scene.path('stack');
  await mkdir(folder);
  const words = [`${checkout}bench/stack-create/once.mjs`, folder, bundle, JSON.stringify(settings)];
  await scene.start('stack.log', process.execPath, words).end;
  const outcome = JSON.parse(await readFile(`${folder}/outcome.json`, 'utf8'));
  await rm(folder, { recursive: true, force: true });
  return outcome;
}

function checkFiles(way, { files }, first) {
  if (isDeepStrictEqual(files, first.files)) return;
  const other = Object.keys(files).filter((path) => files[path] !== first.files[path]);
  throw new Error(`${ways[way]}: the roles wrote something else than in the first stack: ${other.join(', ')}`);
}

/** By the seconds of a build and the way: times, and each time as a share of that of `serial` in the same round. */
function summarize(kinds, rounds) {
  const builds = {};
  for (const { buildS, way } of kinds) {
    const outcomes = rounds.map((round) => outcomeIn(round, buildS, way));
    builds[buildS] ??= {};
    builds[buildS][way] = {
      totalMs: spread(outcomes.map(({ totalMs }) => totalMs)),
      lastAskedMs: spread(outcomes.map(({ events }) => events.findLast(({ what }) => what === 'asked for').ms)),
      bySerial: spread(
        rounds.map((round, index) => outcomes[index].totalMs / outcomeIn(round, buildS, 'serial').totalMs),
      ),
    };
  }
  return builds;
}

function outcomeIn(round, buildS, way) {
  return round.find((one) => one.buildS === buildS && one.way === way).outcome;
}

function print({ servers, work, builds }) {
  const seconds = (ms) => (ms / 1000).toFixed(1);
  console.log(`${servers} servers, each half of a role packs ${work} lines; median (extremes)`);
  console.log(
    '                                      stack create to complete      / one after the other   last server asked for',
  );
  for (const [buildS, byWay] of Object.entries(builds)) {
    console.log(`the cloud takes ${buildS} s to make a server`);
    for (const [way, { totalMs, lastAskedMs, bySerial }] of Object.entries(byWay)) {
      const total = `${seconds(totalMs.median)} s (${seconds(totalMs.min)} to ${seconds(totalMs.max)})`;
      const share = `${bySerial.median.toFixed(2)} (${bySerial.min.toFixed(2)} to ${bySerial.max.toFixed(2)})`;
      const asked = `after ${seconds(lastAskedMs.median)} s`;
      console.log(`  ${ways[way].padEnd(35)} ${total.padEnd(29)} ${share.padEnd(23)} ${asked}`);
    }
  }
  console.log('All runs wrote the same files.');
}

await benchmark(
  {
    name: 'stack-create',
    help,
    options,
    goal: 'none: it shows what an order costs, and what Heddle saves of it',
  },
  measure,
  print,
);
