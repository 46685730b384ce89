import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { HeddleError } from '@heddle/core';
import { removeFolder } from './tidy.ts';
import type { OverlayChoice, Privilege } from './types.ts';

/** Programs that machines are made of, with the Debian package that has them. */
const programs = [
  ...['unshare', 'nsenter', 'setpriv', 'setsid', 'flock', 'mount', 'umount', 'findmnt', 'pivot_root'].map(
    (name) => [name, 'util-linux mount'] as const,
  ),
  ['ip', 'iproute2'],
  ['bash', 'bash'],
  ['hostname', 'hostname'],
  ['cp', 'coreutils'],
] as const;

/** Environment with the folders of administrators' programs on the PATH, which ordinary users often lack. */
export function programEnvironment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PATH: ['/usr/sbin', '/sbin', '/usr/bin', '/bin', process.env['PATH'] ?? ''].join(delimiter),
  };
}

/** @throws HeddleError `tool-missing` naming each program that is not there and the packages to install. */
export function requirePrograms(): void {
  const folders = (programEnvironment()['PATH'] ?? '').split(delimiter).filter(Boolean);
  const missing = programs.filter(([name]) => !folders.some((folder) => existsSync(join(folder, name))));
  if (process.platform === 'linux' && missing.length === 0) return;
  const what = process.platform === 'linux' ? missing.map(([name]) => name).join(', ') : 'Linux';
  throw new HeddleError('tool-missing', `Machines need ${what}, which is not here.`, {
    next:
      missing.length > 0 ? [`apt-get install ${[...new Set(missing.map(([, packages]) => packages))].join(' ')}`] : [],
  });
}

/** Options of unshare for a process that may make the other namespaces. */
export function privilegeOptions(privilege: Privilege): string[] {
  return privilege === 'user' ? ['--user', '--map-root-user'] : [];
}

/**
 * Find out how this process may make namespaces, by making one of each kind.
 *
 * @param wanted  Try only this one. @default root for user id 0, then user namespaces
 * @throws HeddleError `tool-missing` with the setting that forbids it.
 */
export async function findPrivilege(wanted?: Privilege): Promise<Privilege> {
  const candidates: Privilege[] = wanted ? [wanted] : process.geteuid?.() === 0 ? ['root', 'user'] : ['user'];
  const notes: string[] = [];
  for (const privilege of candidates) {
    const options = [
      ...privilegeOptions(privilege),
      '--mount',
      '--uts',
      '--ipc',
      '--net',
      '--pid',
      '--fork',
      '--kill-child',
    ];
    const probe =
      'ip link add heddle0 type bridge && ip link add heddle1 type veth peer name heddle2 && mount -t tmpfs tmpfs /sys';
    const problem = await tryUnshare([...options, 'sh', '-c', probe], '/');
    if (problem === undefined) return privilege;
    notes.push(`${privilege}: ${problem}`);
  }
  throw new HeddleError('tool-missing', `Machines need Linux namespaces, which this host forbids here: ${remedy()}.`, {
    notes,
  });
}

/** Say what came of it when it does not end well. */
async function tryUnshare(words: readonly string[], cwd: string): Promise<string | undefined> {
  try {
    await promisify(execFile)('unshare', words, { cwd, env: programEnvironment(), timeout: 20_000 });
    return undefined;
  } catch (thrown) {
    const { stderr = '', message } = thrown as Error & { readonly stderr?: string };
    return (stderr.trim() || message).split('\n').at(-1);
  }
}

/** Name the setting that stands in the way, as far as it can be seen. */
function remedy(): string {
  const settings: [string, RegExp, string][] = [
    ['/proc/sys/kernel/unprivileged_userns_clone', /^0$/, 'sysctl -w kernel.unprivileged_userns_clone=1'],
    [
      '/proc/sys/kernel/apparmor_restrict_unprivileged_userns',
      /^1$/,
      'sysctl -w kernel.apparmor_restrict_unprivileged_userns=0',
    ],
    ['/proc/sys/user/max_user_namespaces', /^0$/, 'sysctl -w user.max_user_namespaces=10000'],
  ];
  for (const [path, forbidding, command] of settings) {
    if (existsSync(path) && forbidding.test(readFileSync(path, 'utf8').trim()))
      return `enable user namespaces with "${command}", or run as root`;
  }
  return 'run as root, in a container with the capabilities SYS_ADMIN and NET_ADMIN and without a seccomp filter';
}

/** Mount options for overlays besides the layers, starting with a comma. */
export function overlayOptions(privilege: Privilege): string {
  return privilege === 'user' ? ',userxattr' : '';
}

/** Find out whether an overlay with its upper layer in the folder `state` can be mounted, by mounting one. */
export async function probeOverlay(state: string, privilege: Privilege, choice?: OverlayChoice): Promise<boolean> {
  if ((choice ?? process.env['HEDDLE_MACHINES_OVERLAY']) === 'never') return false;
  const folder = mkdtempSync(join(state, '.overlay-probe-'));
  for (const layer of ['lower', 'upper', 'work', 'merged']) mkdirSync(join(folder, layer));
  const layers = `lowerdir=lower,upperdir=upper,workdir=work${overlayOptions(privilege)}`;
  const script = `mount -t overlay overlay -o ${layers} merged && mkdir merged/a && rmdir merged/a`;
  const command = [...privilegeOptions(privilege), '--mount', 'sh', '-c', script];
  try {
    return (await tryUnshare(command, folder)) === undefined;
  } finally {
    removeFolder(folder);
  }
}
