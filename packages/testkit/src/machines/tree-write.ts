import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Folder } from './host-tree.ts';
import { preparedFolder, tokenFile, workFolder } from './layout.ts';
import { systemctl } from './systemctl.ts';
import { writeUnits } from './systemd.ts';
import { removeFolder } from './tidy.ts';
import type { TreeContent } from './tree-plan.ts';

export interface TreeIdentity {
  readonly hostname: string;
  readonly address: string;
  readonly token: string;
  readonly services: boolean;
  readonly systemd: boolean;
}

/**
 * Write the layer that all machines of a set share, unless machines from an earlier start stand on the one that is there.
 *
 * @param state  The folder of the set.
 */
export async function writePrepared(state: string, content: TreeContent, names: readonly string[]): Promise<void> {
  const folder = join(state, preparedFolder);
  if (existsSync(folder) && names.some((name) => existsSync(join(state, name, 'root')))) return;
  removeFolder(folder);
  makeDirectory(folder, 0o755);
  await writeContent(folder, content);
}

/**
 * Write the part of a machine's root that is no mount; what is there from an earlier start is kept.
 *
 * @param directory  The machine's own folder; `root` is made in it, and hidden things.
 */
export async function writeTree(directory: string, content: TreeContent, identity: TreeIdentity): Promise<void> {
  const root = join(directory, 'root');
  // Overlayfs refuses a work folder in an unknown state; nothing in it outlives a mount.
  removeFolder(join(directory, workFolder));
  for (const folder of ['', workFolder, 'root']) makeDirectory(join(directory, folder), 0o755);
  for (const volatile of ['run', 'tmp', 'var/tmp']) removeFolder(join(root, volatile));
  await writeContent(root, content);
  for (const folder of ['etc', 'usr', 'usr/sbin', 'usr/local', 'usr/local/sbin'])
    makeDirectory(join(root, folder), 0o755);
  writeIdentity(root, identity);
}

async function writeContent(root: string, { directories, links, copies }: TreeContent): Promise<void> {
  for (const folder of directories) makeDirectory(root + folder.path, folder.mode, folder);
  for (const { path, target } of links) {
    if (lstatSync(root + path, { throwIfNoEntry: false }) === undefined) symlinkSync(target, root + path);
  }
  for (const path of copies) await copy(path, root);
}

/** Make a folder with exactly this mode, and owner where the caller may choose; one that is there keeps its own. */
function makeDirectory(path: string, mode: number, owner?: Pick<Folder, 'uid' | 'gid'>): void {
  if (existsSync(path)) return;
  mkdirSync(path, { recursive: true });
  if (owner !== undefined && process.geteuid?.() === 0) chownSync(path, owner.uid, owner.gid);
  chmodSync(path, mode);
}

/** Copy with owners, modes and links; complete or not at all, and not again. Files that the caller may not read are left out. */
async function copy(path: string, root: string): Promise<void> {
  const target = root + path;
  if (lstatSync(target, { throwIfNoEntry: false }) !== undefined) return;
  const partial = `${target}.partial`;
  rmSync(partial, { recursive: true, force: true });
  const words = ['--archive', '--reflink=auto', '--no-target-directory', '--', path, partial];
  // It complains of every file that it may not read, and copies all others.
  await once(spawn('cp', words, { stdio: 'ignore' }), 'close');
  if (lstatSync(partial, { throwIfNoEntry: false }) !== undefined) renameSync(partial, target);
}

/** Names and addresses, and the files that keep package scripts and service resources away from the host. */
function writeIdentity(root: string, { hostname, address, token, services, systemd }: TreeIdentity): void {
  const isNew = !existsSync(join(root, tokenFile));
  if (isNew) {
    replace(
      join(root, 'etc/hosts'),
      `127.0.0.1 localhost\n${address} ${hostname}\n::1 localhost ip6-localhost ip6-loopback\n`,
    );
    replace(join(root, 'etc/machine-id'), `${token}\n`);
    replace(join(root, 'etc/resolv.conf'), '# This machine has no way out, hence no name server.\n');
    replace(join(root, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n', 0o755);
  }
  replace(join(root, 'etc/hostname'), `${hostname}\n`);
  if (services) replace(join(root, 'usr/local/sbin/systemctl'), systemctl, 0o755);
  if (systemd) writeUnits(root);
  replace(join(root, tokenFile), `${token}\n`);
}

/** Write a file as a new one: an old one may be a link to a place outside. */
function replace(path: string, text: string, mode = 0o644): void {
  rmSync(path, { force: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
}
