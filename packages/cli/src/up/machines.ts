import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { MachineEntry } from '@heddle/agent';
import type { Plan } from '@heddle/core';
import { installationFolder } from '../assets.ts';

/** The machines of a deployment, one a node. */
export interface NodeMachines {
  readonly entries: ReadonlyMap<string, MachineEntry>;
  close(): Promise<void>;
}

/**
 * Start a machine for every node: own network, host name, processes and root tree.
 *
 * @param nodesDirectory  Where the nodes' working folders are; a node's root tree is `NODE/root` in it.
 * @throws tool-missing when this host cannot make machines.
 */
export async function createNodeMachines(
  plan: Plan,
  nodesDirectory: string,
  socketDirectory: string,
): Promise<NodeMachines> {
  await mkdir(nodesDirectory, { recursive: true, mode: 0o700 });
  // Only who asks for machines waits for these modules.
  const { createMachines } = await import('./lazy-machines.ts');
  const binds = [installationFolder(), dirname(process.execPath), plan.directory, nodesDirectory, socketDirectory];
  const set = await createMachines({
    directory: nodesDirectory,
    names: plan.nodes.map((node) => node.name),
    binds: outermost(binds),
  });
  const entries = new Map([...set.machines].map(([name, machine]) => [name, { prefix: machine.command([]) }]));
  return { entries, close: () => set.close() };
}

/** Leave out folders that another one holds, and those of the system that machines have anyway. */
function outermost(folders: readonly string[]): string[] {
  const clean = [...new Set(folders.map((folder) => folder.replace(/\/+$/, '')))].filter(
    (folder) => !folder.startsWith('/usr/'),
  );
  return clean.filter((folder) => !clean.some((other) => other !== folder && folder.startsWith(`${other}/`)));
}
