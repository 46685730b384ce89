import { existsSync, mkdirSync, readdirSync, rmdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HeddleError } from '@heddle/core';
import { runIn } from './run-in.ts';
import type { Machine } from './types.ts';

/** The program that becomes process 1. */
export const systemdProgram = '/usr/lib/systemd/systemd';

/** The units of the distribution that a machine has; the others want hardware, or are the host's own daemons. */
const units = [
  'basic.target',
  'final.target',
  'local-fs.target',
  'multi-user.target',
  'network-online.target',
  'network.target',
  'poweroff.target',
  'reboot.target',
  'shutdown.target',
  'sockets.target',
  'sysinit.target',
  'systemd-journald-dev-log.socket',
  'systemd-journald.service',
  'systemd-journald.socket',
  'systemd-poweroff.service',
  'systemd-reboot.service',
  'umount.target',
];
const unitFolder = '/usr/local/lib/machine-units';
const hostUnits = '/usr/lib/systemd/system';

/** Put the units of a machine into its root, once; called before anything is mounted there. */
export function writeUnits(root: string): void {
  const folder = root + unitFolder;
  if (existsSync(folder)) return;
  const journal = 'sysinit.target.wants';
  mkdirSync(join(folder, journal), { recursive: true });
  for (const name of units) symlinkSync(`${hostUnits}/${name}`, join(folder, name));
  symlinkSync(`${hostUnits}/systemd-journald.service`, join(folder, journal, 'systemd-journald.service'));
}

/** Shell that gives a machine a control group of its own before its namespaces are made; it needs `name`. */
export function enterGroup(token: string): string {
  return `
    group=/sys/fs/cgroup
    [[ ! -e $group/systemd/cgroup.procs ]] || group+=/systemd
    group+=/${groupPrefix}${token}-$name
    mkdir -p "$group"
    echo 0 >"$group/cgroup.procs"`;
}

/** The end of the script of process 1: it becomes systemd, which starts what is enabled in the machine's own /etc. */
export const becomeSystemd = `
mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup
if grep -q :name=systemd: /proc/self/cgroup; then
  mkdir /sys/fs/cgroup/systemd
  mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup/systemd
else
  umount /sys/fs/cgroup
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
fi
# What the host has enabled is no part of the image.
if [[ ! -e /etc/systemd/of-machine ]]; then
  rm -rf /etc/systemd/system
  mkdir -p /etc/systemd/system
  : >/etc/systemd/of-machine
fi
: >/dev/console
mount -t tmpfs -o mode=755,nosuid,nodev tmpfs /run
mkdir /run/lock
exec env -i container=heddle PATH=/usr/sbin:/usr/bin:/sbin:/bin SYSTEMD_UNIT_PATH=/etc/systemd/system:/run/systemd/system:${unitFolder} \\
  ${systemdProgram} --system --unit=multi-user.target --log-target=journal </dev/null >/dev/null 2>&1
`;

const groupPrefix = 'heddle-machine-';

/** Remove the control groups of machines that are gone, also of sets whose process was killed. */
export function removeGroups(): void {
  for (const base of ['/sys/fs/cgroup/systemd', '/sys/fs/cgroup']) {
    if (!existsSync(join(base, 'cgroup.procs'))) continue;
    for (const name of readdirSync(base)) if (name.startsWith(groupPrefix)) removeGroup(join(base, name));
    return;
  }
}

/** The kernel refuses to remove one that is in use. */
function removeGroup(path: string): void {
  try {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.isDirectory()) removeGroup(join(path, entry.name));
    }
    rmdirSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EBUSY' && code !== 'ENOENT') throw error;
  }
}

const startMs = 60_000;

/** Wait until the systemd of a machine has started what is enabled. @throws HeddleError `unexpected` after a minute. */
export async function systemdStarted(machine: Machine): Promise<void> {
  const endMs = performance.now() + startMs;
  let last = '';
  while (performance.now() < endMs) {
    const { exitCode, output } = await runIn(machine, ['systemctl', 'is-system-running']);
    last = output.trim();
    // A unit that runs until it has ended, such as a role's, is no reason to wait.
    if (exitCode === 0 || /^(starting|degraded)$/m.test(last)) return;
    await sleep(50);
  }
  throw new HeddleError('unexpected', `${machine.name}: systemd did not start: ${last}`);
}

/** Cut a machine's power: all its processes end at once; resolves when its systemd has started again. */
export async function cutPower(machine: Machine): Promise<void> {
  await untilRestarted(machine, async () => void process.kill(machine.pid, 'SIGKILL'));
}

/** Restart a machine in order, with `systemctl reboot`; resolves when its systemd has started again. */
export async function reboot(machine: Machine): Promise<void> {
  await untilRestarted(machine, () => runIn(machine, ['systemctl', 'reboot']));
}

async function untilRestarted(machine: Machine, stop: () => Promise<unknown>): Promise<void> {
  const { pid } = machine;
  const endMs = performance.now() + startMs;
  await stop();
  while (machine.pid === pid) {
    if (performance.now() > endMs) throw new HeddleError('unexpected', `${machine.name} did not restart`);
    await sleep(50);
  }
  await systemdStarted(machine);
}
