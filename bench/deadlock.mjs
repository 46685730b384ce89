#!/usr/bin/env node
import { closeCircles } from './deadlock/circles.mjs';
import { benchmark } from './lib/command.mjs';
import { withScene } from './lib/scene.mjs';
import { median, spread } from './lib/statistics.mjs';

const help = `
Usage: node bench/deadlock.mjs [options]

Time from the read that closes a circle of waits to the error of the one that is ended, on each store: from core to core, every role on a
node of its own with a connection, an incarnation and recorded waits, in two processes. Twice: where the others have waited so long that
there is a judge, and where all begin at once. Beside it, by turns, the least that the store needs for it: one session writes a wait,
another one sees it and writes a verdict, the first one sees that.

  --nodes LIST    how many are on the circle (default 2,5,50)
  --rounds N      circles of each kind and size; fewer if time is short (default 10)
  --hold N        ms that the others have waited, recorded, before the last one closes the circle (default 2000)
  --stores LIST   which ones (default embedded,zk,etcd)
`;

const options = {
  nodes: { type: 'string' },
  rounds: { type: 'string', default: '10' },
  hold: { type: 'string', default: '2000' },
  stores: { type: 'string' },
};

const goal = 'below 2 s, every one, on each store';
const limitMs = 840_000;
/** What a round takes beside its hold, at most, where nothing is wrong. */
const roundMs = 6500;

async function measure({ stores = 'embedded,zk,etcd', nodes = '2,5,50', rounds: wanted, hold }) {
  return withScene('deadlock', limitMs, async (scene) => {
    const cases = stores.split(',').flatMap((store) => nodes.split(',').map((count) => [store, Number(count)]));
    const most = Math.floor((limitMs - 60_000) / cases.length / (hold + roundMs));
    const rounds = Math.max(1, Math.min(wanted, most));
    if (rounds < wanted) console.log(`time is short: ${rounds} of ${wanted} rounds`);
    const results = {};
    for (const [store, count] of cases) {
      const times = await closeCircles(scene, { store, nodes: count, rounds, hold });
      results[store] ??= {};
      results[store][count] = summed(times);
    }
    return { holdMs: hold, stores: results };
  });
}

function summed({ floor, judged, atOnce }) {
  return {
    floorMs: spread(floor),
    judgedMs: spread(judged),
    atOnceMs: spread(atOnce),
    judgedByFloor: median(judged) / median(floor),
    atOnceByFloor: median(atOnce) / median(floor),
  };
}

function print({ stores }) {
  const ms = (value) => value.toFixed(1).padStart(8);
  console.log('ms                                  circles      min   median  quart.3      max   median / floor');
  for (const [store, counts] of Object.entries(stores)) {
    for (const [count, { floorMs, judgedMs, atOnceMs, judgedByFloor, atOnceByFloor }] of Object.entries(counts)) {
      for (const [what, { count: times, min, median: middle, quartile3, max }, ratio] of [
        ['the store alone', floorMs],
        ['with a judge', judgedMs, judgedByFloor],
        ['all at once', atOnceMs, atOnceByFloor],
      ]) {
        const name = `${store}, ${count} nodes: ${what}`.padEnd(36);
        const cells = [min, middle, quartile3, max].map(ms).join(' ');
        console.log(`${name} ${String(times).padStart(6)} ${cells}   ${ratio === undefined ? '' : ratio.toFixed(0)}`);
      }
    }
  }
}

await benchmark({ name: 'deadlock', help, options, goal }, measure, print);
