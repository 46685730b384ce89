import { installFunctions } from './install-script.ts';
import { shellParts } from './shell-parts.ts';

/**
 * The script that starts Heddle on a machine: `boot.sh [TOOL ...]`, with the names of the tools that this machine's roles need.
 *
 * POSIX sh, as any image has it. It ends in `heddle boot`, or tells Heat what failed and where. URL and sha256 of the bundle are the lines of
 * `/etc/heddle/bundle`; a URL may hold a password or a signature, so it is no program's argument.
 * `boot.sh ended` is what systemd runs when the unit has ended, to tell Heat of an end that nobody else could tell.
 */
export const bootScript = `#!/bin/sh
# Installs what this machine lacks, fetches Heddle, checks it and starts it.
set -u
state=/var/lib/heddle
target=/opt/heddle/heddle.mjs
read -r HEDDLE_BOOT_BEGAN _ </proc/uptime
export HEDDLE_BOOT_BEGAN

step() { echo "heddle boot.sh: $1"; }

${shellParts}
# Whom Heat was told of once is not run again by a restart of the machine.
fail() {
  echo "heddle boot.sh: $1" >&2
  printf '{"status":"FAILURE","reason":"%s","data":"{}","id":"boot"}' "$(json_text "$(hostname): $1")" | sh /etc/heddle/signal.sh &&
    mkdir -p "$state" && : >"$state/ended"
  exit 1
}

if test "\${1-}" = ended; then
  case \${SERVICE_RESULT-success} in success | exec-condition) exit 0 ;; esac
  test "$(systemctl is-system-running 2>/dev/null)" != stopping || exit 0
  test ! -e "$state/ended" || exit 0
  # Roles that ended well are no failure because nobody could be told of it.
  ! grep -q '"status": "SUCCESS"' "$state/boot.json" 2>/dev/null || exit 0
  test "$SERVICE_RESULT" != exit-code || fail "heddle.service ended with exit code \${EXIT_STATUS-unknown} and told nobody why"
  fail "systemd ended heddle.service before its roles had ended: $SERVICE_RESULT"
fi

${installFunctions}
umask 022
mkdir -p /opt/heddle || fail "the folder /opt/heddle cannot be made"
command -v curl >/dev/null 2>&1 || fail "curl is not installed, so nothing can be fetched"
command -v sha256sum >/dev/null 2>&1 || fail "sha256sum is not installed, so nothing that is fetched can be checked"

node=$(newer_node) || {
  install_tool node
  node=$(newer_node) || fail "$(node_problem)"
}
{
  IFS= read -r url
  IFS= read -r sha256
} </etc/heddle/bundle
get bundle "$url" "$sha256" "$target"
for tool; do
  has_tool "$tool" || install_tool "$tool"
done
PATH=$PATH:/opt/heddle/chef/bin:/opt/heddle/ansible/bin
export PATH
exec "$node" "$target" boot
`;
