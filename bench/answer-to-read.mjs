#!/usr/bin/env node
import { chmod } from 'node:fs/promises';
import { startProxy } from './answer-to-read/proxy.mjs';
import { benchmark } from './lib/command.mjs';
import { chefProgram } from './lib/programs.mjs';
import { withScene } from './lib/scene.mjs';
import { spread } from './lib/statistics.mjs';
import { heddleBatch } from './write-to-read/heddle-batch.mjs';

const help = `
Usage: node bench/answer-to-read.mjs [options]

Time from the agent's answer to the return of the blocked read in chef-solo.

  --batches N     batches; fewer if time is short (default 4)
  --rounds N      rounds of a batch, two values each (default 60)
  --pause N       ms that a writer waits first, so that its reader is blocked (default 30)
`;

const options = {
  batches: { type: 'string', default: '4' },
  rounds: { type: 'string', default: '60' },
  pause: { type: 'string', default: '30' },
};

const limitMs = 235_000;

async function measure({ batches, rounds, pause }) {
  return withScene('answer', limitMs, async (scene) => {
    const startMs = performance.now();
    const values = [];
    let done = 0;
    while (done < batches) {
      values.push(...(await measureBatch(scene, done, rounds, pause)));
      done += 1;
      const elapsedMs = performance.now() - startMs;
      if (done < batches && elapsedMs + (1.4 * elapsedMs) / done > limitMs) {
        console.log(`time is short: ${done} of ${batches} batches`);
        break;
      }
    }
    return { values: values.length, returnMs: spread(values) };
  });
}

/** Each Chef run talks to its agent through a proxy of this process. */
async function measureBatch(scene, batch, rounds, pause) {
  const proxies = {};
  const files = {};
  for (const side of ['a', 'b']) {
    const socket = scene.path(`${side}${batch}.sock`);
    const target = scene.path(`${side}${batch}.agent`);
    files[`${side}${batch}-chef-solo`] = `#!/bin/sh
printf '%s' "$HEDDLE_SOCKET" > '${target}'
HEDDLE_SOCKET='${socket}' exec '${chefProgram('chef-solo')}' "$@"
`;
    proxies[side] = await startProxy(socket, target);
  }
  await scene.write(files);
  for (const name of Object.keys(files)) await chmod(scene.path(name), 0o755);
  const program = (side) => scene.path(`${side}${batch}-chef-solo`);
  const { logs } = await heddleBatch(scene, batch, rounds, pause, { program });
  for (const proxy of Object.values(proxies)) await proxy.close();
  return [
    ['a', 'b'],
    ['b', 'a'],
  ].flatMap(([reader, writer]) =>
    logs[reader].received
      .filter(({ asked, written }) => asked < written)
      .map(({ name, returned }) => (returned - Number(proxies[reader].answeredNs.get(`${writer}.${name}`))) / 1e6),
  );
}

function print({ values, returnMs }) {
  console.log(`${values} blocked reads\n`);
  console.log('ms                       min  quart.1   median  quart.3      p99      max');
  const { min, quartile1, median, quartile3, p99, max } = returnMs;
  const cells = [min, quartile1, median, quartile3, p99, max].map((value) => value.toFixed(2).padStart(8));
  console.log(`answer to return    ${cells.join(' ')}`);
}

await benchmark(
  {
    name: 'answer-to-read',
    help,
    options,
    goal: "median of at most 3 ms from the agent's answer to the read's return",
  },
  measure,
  print,
);
