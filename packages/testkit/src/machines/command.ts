import { tokenFile } from './layout.ts';
import type { CommandOptions, Privilege } from './types.ts';

/**
 * nsenter and unshare pass no signals on, so this stands between. The command gets a session of its own: a Ctrl-C on the caller's
 * terminal then arrives once, through the trap, and not a second time from the kernel. The token guards against a process
 * id that the kernel gave to somebody else after the machine's end.
 */
const relay = `
IFS= read -r token 2>/dev/null <${tokenFile} && [[ $token == "$1" ]] || { echo "heddle: machine $2 is gone" >&2; exit 125; }
cd -- "$3" || exit 125
shift 3
( trap - INT QUIT; exec setsid setpriv --pdeathsig KILL -- "$@" ) <&0 &
child=$!
for name in HUP INT QUIT TERM USR1 USR2; do trap "kill -$name $child 2>/dev/null" "$name"; done
while wait "$child"; code=$?; ((code > 128)) && kill -0 "$child" 2>/dev/null; do :; done
wait "$child" 2>/dev/null; last=$?
((last == 127)) || code=$last
exit "$code"
`;

/** What the argv of a command needs to know of its machine. */
export interface MachineIdentity {
  readonly name: string;
  readonly pid: number;
  /** Random text, different for every start of a machine. */
  readonly token: string;
  readonly privilege: Privilege;
}

/** Give the argv that runs `argv` in the namespaces and the root tree of a machine. */
export function enter(machine: MachineIdentity, argv: readonly string[], options: CommandOptions = {}): string[] {
  // With one mapped id, setgroups is forbidden: nsenter must keep the credentials, which the mapping turns into root's.
  const user = machine.privilege === 'user' ? ['--user', '--preserve-credentials'] : [];
  const target = ['--target', String(machine.pid), '--mount', '--uts', '--ipc', '--net', '--pid', ...user];
  // --no-fork leaves the relay in the caller's process id namespace, where it is the parent of the command inside.
  return [
    'nsenter',
    ...target,
    '--no-fork',
    '--',
    'bash',
    // With a socket as standard input bash takes its caller for rshd and reads ~/.bashrc.
    '--norc',
    '-c',
    relay,
    'heddle-machine',
    machine.token,
    machine.name,
    options.cwd ?? '/',
    ...argv,
  ];
}
