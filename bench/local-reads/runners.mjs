import { spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { chefProgram, heddleProgram } from '../lib/programs.mjs';
import { labels, writeFiles } from './scene.mjs';

/** Depths of the reads, in the order in which a recipe answers. */
export const depths = ['top', 'second', 'third'];

/**
 * Start the four Chef runs and wait until each stands in its recipe.
 *
 * @returns By label: `read(n)` reads n times at each depth and resolves with the times in ns; `finish()` lets the run end.
 */
export async function startRunners(scene) {
  const socket = scene.path('reads.sock');
  await writeFiles(scene, socket);
  const server = createServer();
  const arrived = acceptRunners(server);
  await new Promise((resolve) => server.listen(socket, resolve));
  const runs = ['plain', 'control'].map((label) =>
    scene.start(`${label}.log`, chefProgram('chef-solo'), [
      '--config',
      scene.path(label, 'solo.rb'),
      '--json-attributes',
      scene.path(label, 'attributes.json'),
      '--no-color',
      '--force-formatter',
    ]),
  );
  runs.push(scene.start('up.log', heddleProgram, ['up', 'heddle.yaml', '--verbose']));
  const failed = new Promise((_resolve, reject) => {
    for (const { end } of runs) end.catch(reject);
  });
  failed.catch(() => undefined);
  const runners = await Promise.race([arrived, failed]);
  return {
    runners,
    failed,
    async finish() {
      for (const runner of runners.values()) runner.finish();
      await Promise.all(runs.map(({ end }) => end));
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Pin all threads of the runners to one processor; false where that cannot be done. */
export function pin(runners, processor) {
  return [...runners.values()].every(
    ({ pid }) => spawnSync('taskset', ['-a', '-c', '-p', String(processor), String(pid)]).status === 0,
  );
}

function acceptRunners(server) {
  const runners = new Map();
  return new Promise((resolve) => {
    server.on('connection', async (connection) => {
      const lines = createInterface({ input: connection })[Symbol.asyncIterator]();
      const [label, pid] = (await lines.next()).value.split(' ');
      runners.set(label, {
        pid: Number(pid),
        read: (reads) => readBlock(connection, lines, reads),
        finish: () => connection.end('0\n'),
      });
      if (labels.every((name) => runners.has(name))) resolve(runners);
    });
  });
}

async function readBlock(connection, lines, reads) {
  connection.write(`${reads}\n`);
  const { value, done } = await lines.next();
  if (done) throw new Error('a Chef run ended in the middle of the measurement');
  const numbers = value.split(' ').map(Number);
  return depths.map((_depth, index) => ({ cpuNs: numbers[2 * index], wallNs: numbers[2 * index + 1] }));
}
