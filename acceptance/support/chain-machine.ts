import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Machine } from '@heddle/testkit';
import type { Chain } from '@heddle/testkit/heat';

/** Give a server's machine, once its boot has ended; its user data's exit codes are its own affair. */
export async function booted({ cloud }: Pick<Chain, 'cloud'>, server: string): Promise<Machine> {
  await cloud.boots.get(server);
  const machine = cloud.machines.get(server);
  if (machine === undefined) throw new Error(`there is no machine ${server}`);
  return machine;
}

/** Read a file of a machine, by its path from the machine's root. */
export function read(machine: Machine, path: string): Promise<string> {
  return readFile(join(machine.rootDirectory, path), 'utf8');
}

/** Give the permissions of a file of a machine in octal: `600`. */
export async function modeOf(machine: Machine, path: string): Promise<string> {
  return ((await stat(join(machine.rootDirectory, path))).mode & 0o777).toString(8);
}

/** Read a file of a server's machine, once its boot has ended. */
export async function readOf(chain: Pick<Chain, 'cloud'>, server: string, path: string): Promise<string> {
  return read(await booted(chain, server), path);
}
