import { dirname, join } from 'node:path';
import { createMachines, type Machine, runIn } from '@heddle/testkit';
import { expect, onTestFinished } from 'vitest';
import type { ExampleOptions, ExampleRun, Trees } from './example.ts';
import { expectedFiles, filesOf, machines, ringOf } from './mpi.ts';
import { readStatus } from './read-status.ts';
import type { HeddleEnd } from './run.ts';

/** The machines, once another one has joined them. */
const five = [...machines, 'worker-3'];
const others = machines.flatMap((name) => [`${name} first_boot`]);

/** Let a fifth machine join by `heddle scale`, look at what is outdated by that, and go on. */
export async function joinByScale({ file = 'heddle.yaml' }: ExampleOptions, run: ExampleRun): Promise<HeddleEnd> {
  const { deployment } = run;
  const scale = await deployment.heddle('scale', 'worker=4', '--file', file);
  expect(scale).toMatchObject({ exitCode: 0 });
  const { roles } = await readStatus(deployment, '--file', file);
  const outdated = roles.filter((role) => role.outdated.length > 0);
  expect(outdated.map(({ node, role, outdated: by }) => `${node} ${role}: ${by.join()}`)).toEqual(
    machines.map((name) => `${name} mpi: worker[*]`),
  );
  return deployment.heddle('up', file, '--resume', '--isolate', 'machine');
}

/** Let a fifth machine join by a larger count in the file, and go on. */
export async function joinByCount(
  { file = 'heddle.yaml' }: ExampleOptions,
  { deployment }: ExampleRun,
): Promise<HeddleEnd> {
  const before = await deployment.read(file);
  const after = before.replace('count: 3', 'count: 4');
  expect(after).not.toBe(before);
  await deployment.write(file, after);
  return deployment.heddle('up', file, '--resume', '--isolate', 'machine');
}

/**
 * Check that the roles which know of the others ran again, no others did, and nothing but what all know has changed; and that a program runs
 * on all five machines.
 *
 * @param before  What the first four had.
 */
export async function checkJoined(run: ExampleRun, end: HeddleEnd, before: Trees, clusterKey: string): Promise<void> {
  expect(end.exitCode, `${end.stdout}${end.stderr}`).toBe(0);
  const stood = [...end.stdout.matchAll(/^\S+ +(\S+) +(\S+) +done before; not run again$/gm)];
  expect(stood.map(([, node, role]) => `${node} ${role}`).sort()).toEqual([...others, 'head ring'].sort());
  const trees = await run.trees(five);
  const expected = await expectedFiles(trees, clusterKey, five);
  for (const name of five) expect(filesOf(trees, name, expected), name).toEqual(expected);
  for (const name of machines) expect(trees[name], name).toEqual({ ...before[name], ...expected });

  const { directory } = run.deployment;
  const set = await createMachines({ directory: dirname(run.folder('head')), names: five, binds: [directory] });
  onTestFinished(() => set.close());
  // As computers do when they boot.
  for (const machine of set.machines.values())
    expect(await runIn(machine, [join(directory, 'first-boot')])).toMatchObject({ exitCode: 0 });
  const mpirun = ['runuser', '-u', 'mpi', '--', 'mpirun', '--hostfile', '/etc/mpi/hostfile', '/usr/local/bin/ring'];
  const ring = await runIn(set.machines.get('head') as Machine, mpirun, { cwd: '/var/lib/mpi' });
  expect(ring.exitCode, ring.output).toBe(0);
  expect(ring.output.split('\n')).toContain(ringOf(five));
  await set.close();
}
