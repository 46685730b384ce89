import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createMachines, type Machine, openSsh, runIn, writeIn } from '@heddle/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkCleanHost } from './support/clean-host.ts';
import { Deployment } from './support/deployment.ts';
import { contentOf, type Trees } from './support/example.ts';
import { expectedFiles, filesOf, machines, mpi, ringAround } from './support/mpi.ts';
import { readTree } from './support/read-tree.ts';

const example = fileURLToPath(new URL('../examples/mpi', import.meta.url));

describe('the playbooks of the MPI example', () => {
  it('write the same when one ansible-playbook pushes them from a control machine over SSH, without Heddle', async () => {
    await checkCleanHost(mpi.writes);
    const { directory } = await Deployment.create({});
    await cp(example, directory, { recursive: true, filter: (path) => !path.includes('/.heddle') });
    const state = join(directory, 'machines');
    const set = await createMachines({ directory: state, names: [...machines, 'control'], binds: [directory] });
    onTestFinished(() => set.close());
    const inSet = (name: string) => set.machines.get(name) as Machine;
    const { words } = await openSsh(machines.map(inSet), directory);

    const playbooks = ['site.yml', 'run.yml'];
    const push = ['ansible-playbook', '-i', 'hosts.ini', `--ssh-common-args=${words.join(' ')}`, ...playbooks];
    const { exitCode, output } = await runIn(inSet('control'), push, { cwd: directory });
    expect(exitCode, output).toBe(0);
    expect(output).toContain(`"ring.stdout": "${ringAround}"`);

    const trees: Record<string, Trees[string]> = {};
    for (const name of machines) trees[name] = await readTree(join(state, name, 'root'), mpi.written);
    const clusterKey = contentOf(trees, 'head', 'etc/mpi/cluster.key') ?? '';
    expect(clusterKey).toMatch(/^[0-9a-f]{64}\n$/);
    const expected = await expectedFiles(trees, clusterKey);
    for (const name of machines) expect(filesOf(trees, name, expected), name).toEqual(expected);

    // That the key is the same everywhere is no formality: the program notices when it is not.
    await writeIn(inSet('worker-1'), '/etc/mpi/cluster.key', 'another one\n');
    const mpirun = ['runuser', '-u', 'mpi', '--', 'mpirun', '--hostfile', '/etc/mpi/hostfile', '/usr/local/bin/ring'];
    const refused = await runIn(inSet('head'), mpirun, { cwd: '/var/lib/mpi' });
    expect(refused.output).toContain('worker-1: the message is not signed with the key of this cluster');
    expect(refused.exitCode).not.toBe(0);
    expect(refused.output).not.toContain(ringAround);
  });
});
