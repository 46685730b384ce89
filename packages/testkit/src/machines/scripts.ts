import { initFile, preparedFolder, tokenFile, workFolder } from './layout.ts';
import { becomeSystemd, enterGroup } from './systemd.ts';
import type { Mount } from './tree-plan.ts';

/** Quote `text` as one word of a POSIX shell. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

const prelude = `set -euo pipefail
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
unset BASH_ENV ENV CDPATH
`;

export interface SwitchScript {
  readonly directory: string;
  readonly names: readonly string[];
  readonly gateway: string;
  readonly prefixBits: number;
  /** Random text of this start, when systemd is to be process 1 of each machine. */
  readonly systemd?: string;
}

/**
 * Write the script of the set's process 1: it owns the network namespace with the bridge, starts the machines, and ends when its
 * standard input does. The kernel then kills everything in its process id namespace, the machines' namespaces included.
 */
export function switchScript({ directory, names, gateway, prefixBits, systemd }: SwitchScript): string {
  return `${prelude}
cd ${shellQuote(directory)}
exec 9>.lock
flock --nonblock 9 || { echo busy; exit; }
exec 8</proc/self/ns/net
ip link set lo up
ip link add heddle0 type bridge forward_delay 0
ip address add ${gateway}/${prefixBits} dev heddle0
ip link set heddle0 up
# Forwarding without a route answers "network unreachable" at once; without it, packets to the outside vanish and name look-ups hang.
{ echo 1 >/proc/sys/net/ipv4/ip_forward; } 2>/dev/null || true
echo open
read -r _
start() { unshare --mount --uts --ipc --net --pid "$@" --fork --kill-child bash "$name/${initFile}" 9>&-; }
index=0
for name in ${names.map(shellQuote).join(' ')}; do
  (
    ${systemd === undefined ? 'start || true' : startSystemd(systemd)}
    echo "gone $name"
  ) &
  index=$((index + 1))
done
read -r _ || true
`;
}

/** A machine that restarts (SIGHUP), or whose power was cut (SIGKILL, with which unshare ends with 1), starts again; one that was switched off does not. */
function startSystemd(token: string): string {
  return `${enterGroup(token)}
    restarts=0
    while code=0; start --cgroup || code=$?; (( (code == 129 || code == 1) && restarts++ < 20)); do
      # Its network goes a moment after its processes.
      while ip link show "port$index" >/dev/null 2>&1; do sleep 0.05; done
    done`;
}

export interface InitScript {
  readonly directory: string;
  readonly name: string;
  /** Position in the set, from 0: names the bridge port. */
  readonly index: number;
  readonly address: string;
  readonly prefixBits: number;
  readonly gateway: string;
  readonly mounts: readonly Mount[];
  readonly overlayOptions: string;
  /** What /proc/1/comm says; systemd's name makes tools take the stand-in for the real one. */
  readonly processName?: string;
  /** Process 1 becomes systemd. */
  readonly systemd?: boolean;
}

/** Write the script of a machine's process 1: name, network, root tree, then a wait in which bash reaps orphans. */
export function initScript(options: InitScript): string {
  const { directory, name, index, address, prefixBits, gateway, mounts } = options;
  return `${prelude}
step=start
trap 'echo "failed ${name}"; echo "${name}: could not set up: $step" >&2' EXIT
cd ${shellQuote(`${directory}/${name}`)}
# This is still the caller's /proc: it gives the process id that the caller knows.
read -r pid _ </proc/self/stat

step='host name'
hostname ${name}
step=network
ip link set lo up
ip link add eth0 address ${hardwareAddress(address)} type veth peer name port${index} netns /proc/self/fd/8
nsenter --net=/proc/self/fd/8 ip link set port${index} master heddle0 up
exec 8<&-
ip address add ${address}/${prefixBits} dev eth0
ip link set eth0 up
ip route add default via ${gateway}

${mountFunctions(options.overlayOptions)}
step='root tree'
mount --make-rprivate /
# Staged over /sys, the one folder that nobody asks to see: a staging place below a bind would be copied into that bind.
mount -t tmpfs -o mode=755 tmpfs /sys
mkdir /sys/root
mount --bind root /sys/root
root=/sys/root
${mounts.map(mountLine).join('\n')}
${kernelTrees}
step='change of root'
cd "$root"
mkdir -p .old
pivot_root . .old
cd /
umount -l /.old
rmdir /.old
test -s ${tokenFile}

trap - EXIT
${options.systemd === true ? `echo "ready ${name} $pid"${becomeSystemd}` : ''}
${options.processName === undefined ? '' : `printf %s ${shellQuote(options.processName)} >/proc/self/comm`}
exec 7<> <(:)
echo "ready ${name} $pid"
exec >/dev/null 2>&1
while true; do read -r -u 7 _ || true; done
`;
}

/** One that follows from the address: the others still know a machine that has restarted. */
function hardwareAddress(address: string): string {
  const bytes = address.split('.').map((byte) => Number(byte).toString(16).padStart(2, '0'));
  return ['0a', '00', ...bytes].join(':');
}

function mountLine(mount: Mount): string {
  const path = shellQuote(mount.path);
  if (mount.kind === 'overlay') return `overlay ${path} ${mount.index} ${mount.lower}`;
  return `${{ bind: 'bind', 'read-only': 'bind_read_only', own: 'bind_own' }[mount.kind]} ${path}`;
}

function mountFunctions(overlayOptions: string): string {
  return `
# A remount inside a user namespace must repeat the flags that the kernel has locked (nosuid, nodev, ...).
read_only() {
  local flags
  flags=$(findmnt --noheadings --raw --first-only --output VFS-OPTIONS --mountpoint "$1" || echo rw)
  mount -o "remount,bind,ro\${flags#r[wo]}" "$1"
}
bind() {
  step="bind $1"
  if [[ -d $1 ]]; then mkdir -p "$root$1"; else mkdir -p "$root\${1%/*}"; [[ -e $root$1 ]] || : >"$root$1"; fi
  mount --rbind "$1" "$root$1"
}
bind_read_only() { bind "$1"; read_only "$root$1"; }
bind_own() { step="bind $1" && mount --bind "root$1" "$root$1"; }
# Relative folders of the state: a comma or colon in its path would end the option.
overlay() {
  step="overlay $1"
  local lower=$1
  [[ $3 == host ]] || lower=../${preparedFolder}$1
  [[ $3 != prepared-on-host ]] || lower+=:$1
  mkdir -p "root$1" "${workFolder}/$2"
  mount -t overlay overlay -o "lowerdir=$lower,upperdir=./root$1,workdir=./${workFolder}/$2${overlayOptions}" "$root$1" 2>/dev/null || bind_read_only "$1"
}`;
}

/** /dev, /proc and /sys. A container may forbid fresh mounts of the last two; then the caller's are bound. */
const kernelTrees = `
step=/dev
mount -t tmpfs -o mode=755,nosuid tmpfs "$root/dev"
for node in null zero full random urandom tty; do
  : >"$root/dev/$node"
  mount --bind "/dev/$node" "$root/dev/$node"
done
mkdir -m 1777 "$root/dev/shm" "$root/dev/mqueue"
mkdir "$root/dev/pts"
mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs "$root/dev/shm"
mount -t mqueue mqueue "$root/dev/mqueue" 2>/dev/null || true
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
ln -s /proc/self/fd/0 "$root/dev/stdin"
ln -s /proc/self/fd/1 "$root/dev/stdout"
ln -s /proc/self/fd/2 "$root/dev/stderr"

step=/proc
if mount -t proc -o nosuid,nodev,noexec proc "$root/proc" 2>/dev/null; then
  # Kernel settings that are not the network's belong to the host.
  for path in sys sysrq-trigger irq bus; do
    [[ -e $root/proc/$path ]] || continue
    mount --bind "$root/proc/$path" "$root/proc/$path" && read_only "$root/proc/$path"
  done
  mount --bind "$root/proc/sys/net" "$root/proc/sys/net"
  mount -o remount,bind,rw,nosuid,nodev,noexec "$root/proc/sys/net"
else
  mount --rbind /proc "$root/proc"
fi
step=/sys
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs "$root/sys" 2>/dev/null || true`;
