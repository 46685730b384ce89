import { spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { chefProgram, heddleProgram } from '../lib/programs.mjs';
import { kinds, labelsOf, plainKinds, writeFiles } from './scene.mjs';

/**
 * Start Chef runs of every kind and wait until each stands in its recipe.
 *
 * @returns `runs` by label, each with its `pid` and `read(reads, blocks)`; `failed` rejects when one ends too early;
 *   `finish()` lets all of them end.
 */
export async function startRuns(scene, folder, runsPerKind) {
  const socket = scene.path(`${folder}.sock`);
  await writeFiles(scene, folder, socket, runsPerKind);
  const server = createServer();
  const arrived = accept(server, kinds.length * runsPerKind);
  await new Promise((resolve) => server.listen(socket, resolve));
  const cwd = scene.path(folder);
  const plain = plainKinds.flatMap((kind) => labelsOf(kind, runsPerKind));
  const words = (label) => [
    '--config',
    `${label}/solo.rb`,
    '--json-attributes',
    `${label}/attributes.json`,
    '--no-color',
    '--force-formatter',
  ];
  const started = [
    scene.start(`${folder}.log`, heddleProgram, ['up', 'heddle.yaml', '--verbose'], { cwd }),
    ...plain.map((label) => scene.start(`${folder}-${label}.log`, chefProgram('chef-solo'), words(label), { cwd })),
  ];
  const failed = Promise.all(started.map(({ end }) => end)).then(() =>
    Promise.reject(new Error('the Chef runs ended too early')),
  );
  failed.catch(() => undefined);
  const runs = await Promise.race([arrived, failed]);
  return {
    runs,
    failed,
    async finish() {
      for (const run of runs.values()) run.finish();
      await Promise.all(started.map(({ end }) => end));
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Pin all threads of the runs to one processor; false where that cannot be done. */
export function pin(runs, processor) {
  const one = ({ pid }) => spawnSync('taskset', ['-a', '-c', '-p', String(processor), String(pid)]).status === 0;
  return [...runs.values()].map(one).every(Boolean);
}

function accept(server, count) {
  const runs = new Map();
  return new Promise((resolve) => {
    server.on('connection', async (connection) => {
      const lines = createInterface({ input: connection })[Symbol.asyncIterator]();
      const [label, pid] = (await lines.next()).value.split(' ');
      const read = async (reads, blocks) => {
        connection.write(`${reads} ${blocks}\n`);
        return (await lines.next()).value.split(' ').map(Number);
      };
      runs.set(label, { pid: Number(pid), read, finish: () => connection.end('0 0\n') });
      if (runs.size === count) resolve(runs);
    });
  });
}
