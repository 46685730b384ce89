import { spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { labelsOf, plainKinds, writeFiles } from './chef-scene.mjs';
import { chefProgram, heddleProgram } from './programs.mjs';

/**
 * Start Chef runs of every kind and wait until each stands in its recipe, which reads lines from the socket that its attributes name,
 * and answers each with a line of numbers. It ends at the end of the lines.
 *
 * @param cookbook  Its `recipe` (URL of the file), its `attributes` (text of the attribute file) and the `kinds` of runs.
 * @returns `runs` by label, each with its `pid` and `ask(line)`; `failed` rejects when one ends too early;
 *   `finish()` lets all of them end.
 */
export async function startRuns(scene, folder, runsPerKind, cookbook) {
  const socket = scene.path(`${folder}.sock`);
  await writeFiles(scene, folder, socket, runsPerKind, cookbook);
  const server = createServer();
  const arrived = accept(server, cookbook.kinds.length * runsPerKind);
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
      const ask = async (line) => {
        connection.write(`${line}\n`);
        return (await lines.next()).value.split(' ').map(Number);
      };
      runs.set(label, { pid: Number(pid), ask, finish: () => connection.end() });
      if (runs.size === count) resolve(runs);
    });
  });
}
