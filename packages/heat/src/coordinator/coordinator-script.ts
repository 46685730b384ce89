import { shellParts } from '../emit/shell-parts.ts';
import { type CoordinatorKind, coordinators, coordinatorUser } from './kinds.ts';

/** The script that becomes the server. */
export const runFile = '/etc/heddle/coordinator-run.sh';
export const passwordFile = '/etc/heddle/coordinator-password';
export const unitFile = '/etc/systemd/system/heddle-coordinator.service';
const directory = '/var/lib/heddle-coordinator';

/** Write the script that starts the server with its folder; it runs as no particular user and holds nothing secret. */
export function runScript(kind: CoordinatorKind): string {
  return `#!/bin/sh
# Becomes the store through which the machines of this stack exchange values.
set -eu
${coordinators[kind].run}`;
}

/** Write the unit. systemd makes the folder, and a user of its own for the server. */
export function coordinatorUnit(): string {
  return `[Unit]
Description=The store through which the machines of this stack exchange values
Wants=network-online.target
After=network-online.target

[Service]
ExecStart=/bin/sh ${runFile} ${directory}
DynamicUser=yes
StateDirectory=heddle-coordinator
StateDirectoryMode=0700
Restart=always
RestartSec=2

[Install]
WantedBy=multi-user.target
`;
}

/**
 * Write the script that makes a machine the coordinator: it installs the server, starts it, closes it to strangers, runs `onReady`, and tells Heat.
 *
 * POSIX sh. Where systemd runs, the server is a unit; elsewhere it is a process that a restart of the machine ends.
 * @param parts.onReady  Commands that run when the server answers; they call \`fail TEXT\` when something is wrong. @default nothing
 * @param parts.isTold  Heat waits for a signal. @default nobody does
 */
export function coordinatorScript(
  kind: CoordinatorKind,
  { onReady = '', isTold = false }: { readonly onReady?: string; readonly isTold?: boolean },
): string {
  const { packages, units, isReady, secure } = coordinators[kind];
  const missing = packages.map(({ name, brings }) => `test -e ${brings} || missing="$missing ${name}"`).join('\n');
  const names = packages.map(({ name }) => name).join(' and ');
  const tell = isTold
    ? `tell() {
  printf '{"status":"%s","reason":"%s","data":"{}","id":"coordinator"}' "$1" "$(json_text "$2")" | sh /etc/heddle/signal.sh
}`
    : 'tell() { :; }';
  return `#!/bin/sh
# Makes this machine the coordinator: installs and starts ${names}.
set -u
umask 077
step() { echo "heddle coordinator: $1"; }

${shellParts}
${tell}

fail() {
  echo "heddle coordinator: $1" >&2
  tell FAILURE "$(hostname): $1"
  exit 1
}

has_systemd() { test -d /run/systemd/system; }

missing=
${missing}
if test -n "$missing"; then
  step "installs$missing"
  # The package's own unit would take the port.
  if has_systemd; then systemctl mask ${units.join(' ')}; fi
  command -v apt-get >/dev/null 2>&1 || fail "there is no apt-get to install$missing with: use an image of Debian or Ubuntu, or one that has it"
  repeat apt_update_install $missing || fail "cannot install$missing after $attempt attempts: $(last)"
fi

directory=${directory}
server=
start_server() {
  setsid sh ${runFile} "$directory" </dev/null >>/var/log/heddle-coordinator.log 2>&1 &
  server=$!
}

restart_server() {
  if has_systemd; then
    said=$(systemctl restart heddle-coordinator.service 2>&1) || fail "heddle-coordinator.service does not start again: $said"
  else
    kill "$server"
    wait "$server"
    start_server
  fi
}

step "starts the server"
if has_systemd; then
  if systemctl is-active --quiet ${units.join(' ')}; then systemctl disable --now ${units.join(' ')}; fi
  systemctl daemon-reload
  said=$(systemctl enable --now heddle-coordinator.service 2>&1) || fail "heddle-coordinator.service does not start: $said"
else
  mkdir -p "$directory"
  start_server
fi

attempt=1
until ${isReady}; do
  test "$attempt" -lt 120 || fail "the server does not answer on port ${coordinators[kind].port} after $attempt attempts; journalctl -u heddle-coordinator, or /var/log/heddle-coordinator.log, says why"
  sleep 1
  attempt=$((attempt + 1))
done
${secure}${onReady}
step "is ready"
tell SUCCESS "the coordinator is ready"
`;
}

/** The commands that start the epoch: what they need stands in files, as secrets are no program's arguments. */
export function seedCommands(kind: CoordinatorKind, prepare: string): string {
  return `
${prepare}
step "seeds the plan"
HEDDLE_STORE=${kind}://127.0.0.1:${coordinators[kind].port}/heddle
HEDDLE_STORE_USER=${coordinatorUser}
HEDDLE_STORE_PASSWORD_FILE=${passwordFile}
export HEDDLE_STORE HEDDLE_STORE_USER HEDDLE_STORE_PASSWORD_FILE
said=$("$node" "$target" seed /etc/heddle/plan.json --access shared -o json 2>&1) || fail "the plan cannot be seeded: $said"
printf '%s\\n' "$said"
case $said in
  *'"epoch": "1"'*) ;;
  *) fail "the store was not empty: the machines belong to epoch 1, and this was another one" ;;
esac
`;
}
