#!/usr/bin/env node
import { benchmark } from './lib/command.mjs';
import { withScene } from './lib/scene.mjs';
import { spread } from './lib/statistics.mjs';
import { measureEnd } from './never-coming/measure-end.mjs';

const help = `
Usage: node bench/never-coming.mjs [options]

Time from the write of a role's end record until each of N readers, which wait for a value that it has not written, has its error, on each
store: from core to core, every reader a node with a connection, an incarnation and a recorded wait of its own. Beside it, by turns, what
the store needs for the least that can be done: as many connections that watch the role, and are told how it has ended.

With --lost: from the kill -9 of the agent that should have written it, and nothing else. Beside it as many connections that watch the
entry of the agent's session, and are told when that is gone.

  --lost           kill the agent instead of ending its role
  --grace N        with --lost: s that the agent may be gone, as in the deployment file (default 5)
  --readers N      how many wait (default 1000)
  --per-process N  readers in one process (default 250)
  --runs N         on a fresh server each; fewer if time is short (default 3)
  --stores LIST    which ones (default embedded,zk,etcd)
`;

const options = {
  lost: { type: 'boolean', default: false },
  grace: { type: 'string', default: '5' },
  readers: { type: 'string', default: '1000' },
  'per-process': { type: 'string', default: '250' },
  runs: { type: 'string', default: '3' },
  stores: { type: 'string' },
};

const isLost = process.argv.includes('--lost');
const goal = isLost
  ? 'every reader within the session timeout (10 s), the grace period and 1 s, on each store'
  : 'p99 of the readers below 300 ms, on each store';
const limitMs = isLost ? 840_000 : 600_000;

/** Seconds until the liveness entries of a session that is gone go too. */
const sessionS = 10;

async function measure({ stores = 'embedded,zk,etcd', readers, runs, lost, grace, 'per-process': perProcess }) {
  const cause = lost ? 'lost' : 'ended';
  const graceS = lost ? grace : 0;
  return withScene('never-coming', limitMs, async (scene) => {
    const names = stores.split(',');
    const endMs = performance.now() + limitMs - 30_000;
    const results = {};
    for (const [index, store] of names.entries()) {
      const shareMs = (endMs - performance.now()) / (names.length - index);
      results[store] = await measureStore(
        scene,
        { store, cause, graceS, readers, perProcess, runs },
        performance.now() + shareMs,
      );
    }
    return { readers, ...(lost ? { limitMs: (sessionS + graceS + 1) * 1000 } : {}), stores: results };
  });
}

async function measureStore(scene, { runs, ...settings }, endMs) {
  const startMs = performance.now();
  const samples = { floor: [], heddle: [] };
  for (let run = 0; run < runs; run += 1) {
    for (const [kind, into] of Object.entries(samples)) into.push(await measureEnd(scene, { ...settings, kind, run }));
    const eachMs = (performance.now() - startMs) / (run + 1);
    if (run + 1 < runs && performance.now() + eachMs > endMs) {
      console.log(`${settings.store}: time is short: ${run + 1} of ${runs} runs`);
      break;
    }
  }
  return Object.fromEntries(Object.entries(samples).map(([kind, times]) => [kind, summed(times)]));
}

function summed(runs) {
  return { errorMs: spread(runs.flat()), p99OfRuns: runs.map((run) => spread(run).p99) };
}

function print({ readers, limitMs: mostMs, stores }) {
  const ms = (value) => value.toFixed(1).padStart(8);
  console.log(`${readers} readers, ms           min   median  quart.3      p99      max   p99 of each run`);
  for (const [store, kinds] of Object.entries(stores)) {
    for (const [kind, { errorMs, p99OfRuns }] of Object.entries(kinds)) {
      const { min, median, quartile3, p99, max } = errorMs;
      const each = p99OfRuns.map((value) => value.toFixed(1)).join(' ');
      const name = kind === 'floor' ? `${store}: store` : `${store}: Heddle`;
      console.log(`${name.padEnd(18)} ${[min, median, quartile3, p99, max].map(ms).join(' ')}   ${each}`);
    }
  }
  if (mostMs !== undefined) console.log(`session timeout + grace period + 1 s: ${mostMs} ms`);
}

await benchmark({ name: 'never-coming', help, options, goal }, measure, print);
