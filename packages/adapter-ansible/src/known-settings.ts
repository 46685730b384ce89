import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { type AnsibleSettings, readSettings } from './settings.ts';

interface Known {
  /** Changes with everything that the settings depend on. */
  readonly state: string;
  readonly settings: Promise<AnsibleSettings>;
}

/** What this process has asked for, by program and folder. */
const known = new Map<string, Known>();

/** Differ from run to run, and no configuration is made of them. */
const ofTheRun: ReadonlySet<string> = new Set(['HEDDLE_ROLE', 'HEDDLE_RUN']);

/**
 * Read the effective settings as `readSettings` does, which is a process; once for as long as the program, the environment and every file that
 * Ansible would take for its configuration stay what they are.
 *
 * @throws config-invalid with what Ansible says of its configuration.
 */
export async function knownSettings(
  program: string,
  directory: string,
  environment: NodeJS.ProcessEnv,
): Promise<AnsibleSettings> {
  // Where such a file is, is for Ansible to say.
  if (/\$|^~[^/]/.test(environment['ANSIBLE_CONFIG'] ?? '')) return readSettings(program, directory, environment);
  const place = JSON.stringify([program, directory]);
  const state = await stateOf(program, directory, environment);
  const before = known.get(place);
  if (before?.state === state) return before.settings;
  const settings = readSettings(program, directory, environment);
  known.set(place, { state, settings });
  // What cannot be read is looked at again: of a failure nobody knows what it depends on.
  settings.catch(() => known.delete(place));
  return settings;
}

async function stateOf(program: string, directory: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const variables = Object.entries(environment)
    .filter(([name]) => !ofTheRun.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const paths = [program, directory, ...configurationFiles(directory, environment), defaultInventory];
  const files = await Promise.all(paths.map(fileState));
  return createHash('sha256')
    .update(JSON.stringify([variables, files]))
    .digest('hex');
}

/** Part of the settings is whether it is there. */
const defaultInventory = '/etc/ansible/hosts';

/** The files of which Ansible reads the first that is there. */
function configurationFiles(directory: string, { ANSIBLE_CONFIG: named, HOME }: NodeJS.ProcessEnv): readonly string[] {
  const home = HOME ?? homedir();
  const own = named?.replace(/^~(?=\/|$)/, home);
  return [
    ...(own === undefined ? [] : [resolve(directory, own), resolve(directory, own, 'ansible.cfg')]),
    join(directory, 'ansible.cfg'),
    join(home, '.ansible.cfg'),
    '/etc/ansible/ansible.cfg',
  ];
}

/** Describe a file such that what replaces or changes it is described otherwise; a folder by its rights, which decide whether the files in it count. */
async function fileState(path: string): Promise<readonly string[]> {
  try {
    const stats = await stat(path, { bigint: true });
    const { mode, ino, size, mtimeNs, ctimeNs } = stats;
    return (stats.isDirectory() ? [mode, ino] : [mode, ino, size, mtimeNs, ctimeNs]).map(String);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTDIR' && code !== 'EACCES') throw error;
    return [code];
  }
}
