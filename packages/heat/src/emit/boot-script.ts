/**
 * The script that starts Heddle on a machine. URL and sha256 of the bundle are the lines of `/etc/heddle/bundle`.
 *
 * POSIX sh, as any image has it. It ends in `heddle boot`, or tells Heat what failed and where. A URL may hold a password or a signature, so
 * it is no program's argument.
 */
export const bootScript = `#!/bin/sh
# Fetches Heddle, checks it and starts it.
set -u
{
  IFS= read -r url
  IFS= read -r sha256
} </etc/heddle/bundle
target=/opt/heddle/heddle.mjs
shown=$(printf '%s' "$url" | sed 's#//.*[?].*@.*#//...#; s#//.*@#//#; s/[?#].*//')

# One line of printable ASCII, as a JSON string takes it.
json_text() {
  printf '%s' "$1" | tr '\\n\\r\\t' '   ' | tr -cd '\\040-\\176' | cut -c 1-900 | sed 's/\\\\/\\\\\\\\/g; s/"/\\\\"/g'
}

fail() {
  echo "heddle boot.sh: $1" >&2
  printf '{"status":"FAILURE","reason":"%s","data":"{}","id":"boot"}' "$(json_text "$(hostname): $1")" | sh /etc/heddle/signal.sh
  exit 1
}

is_bundle() {
  test -f "$1" && test "$(sha256sum "$1" | cut -d ' ' -f 1)" = "$sha256"
}

fetch() {
  printf 'url = "%s"\\n' "$(printf '%s' "$url" | sed 's/[\\\\"]/\\\\&/g')" |
    curl --config - -fsSL --connect-timeout 20 --max-time 300 -o "$1"
}

command -v node >/dev/null 2>&1 || fail "Node.js is not installed: the image needs Node.js 20 or newer as node on the PATH"
version=$(node --version 2>&1)
node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)' ||
  fail "Node.js is too old: node --version says $version, Heddle needs 20 or newer"
command -v curl >/dev/null 2>&1 || fail "curl is not installed, so $shown cannot be fetched"
command -v sha256sum >/dev/null 2>&1 || fail "sha256sum is not installed, so $shown cannot be checked"

umask 022
mkdir -p /opt/heddle || fail "the folder /opt/heddle cannot be made"
if ! is_bundle "$target"; then
  attempt=1
  delay=1
  until error=$(fetch "$target.part" 2>&1); do
    test "$attempt" -lt 5 || fail "the bundle cannot be fetched from $shown after $attempt attempts: $error"
    sleep "$delay"
    attempt=$((attempt + 1))
    delay=$((delay * 2))
  done
  is_bundle "$target.part" ||
    fail "the bundle from $shown has not the sha256 that the template names: expected $sha256, got $(sha256sum "$target.part" | cut -d ' ' -f 1)"
  mv "$target.part" "$target" || fail "the bundle cannot be moved to $target"
fi
exec node "$target" boot
`;
