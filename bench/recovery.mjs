#!/usr/bin/env node
import { benchmark } from './lib/command.mjs';
import { withScene } from './lib/scene.mjs';
import { spread } from './lib/statistics.mjs';
import { leaderKills } from './recovery/leader-kills.mjs';
import { restarts } from './recovery/restarts.mjs';

const help = `
Usage: node bench/recovery.mjs [options]

Time from the start of a server that was killed to the first value that is delivered, and from the kill of a leader of three servers to the
next value, with guards and records, the writer and the reader waiting.

  --times N       restarts of each server, kills of each leader (default 10)
  --down N        ms that a killed server stays away (default 2000)
  --faults LIST   which ones (default restart,leader)
  --stores LIST   which ones (default embedded,zk,etcd)
`;

const options = {
  times: { type: 'string', default: '10' },
  down: { type: 'string', default: '2000' },
  faults: { type: 'string' },
  stores: { type: 'string' },
};

const goal =
  'median from the start of the server at most 3 s, from the kill of the leader at most one session timeout, 10 s';
const limitMs = 900_000;

const faults = { restart: restarts, leader: leaderKills };

async function measure({ stores = 'embedded,zk,etcd', faults: wanted = 'restart,leader', times, down }) {
  return withScene('recovery', limitMs, async (scene) => {
    const results = {};
    for (const fault of wanted.split(',')) {
      results[fault] = {};
      for (const store of stores.split(',')) {
        const measureOne = faults[fault][store];
        if (measureOne === undefined) continue;
        const samples = await measureOne(scene, { times, downMs: down });
        results[fault][store] = Object.fromEntries(
          Object.keys(samples[0]).map((name) => [name, spread(samples.map((sample) => sample[name]))]),
        );
      }
    }
    return results;
  });
}

const titles = {
  deliveredMs: { restart: 'start to value', leader: 'kill to value' },
  readyMs: { restart: '  start to ready server', leader: '  kill to ready' },
};

function print(results) {
  console.log('ms                                    times      min   median      max');
  for (const [fault, stores] of Object.entries(results)) {
    for (const [store, measured] of Object.entries(stores)) {
      for (const [name, { count, min, median, max }] of Object.entries(measured)) {
        const cells = [min, median, max].map((value) => value.toFixed(0).padStart(8)).join(' ');
        console.log(`${`${store}: ${titles[name][fault]}`.padEnd(36)} ${String(count).padStart(6)} ${cells}`);
      }
    }
  }
}

await benchmark({ name: 'recovery', help, options, goal }, measure, print);
