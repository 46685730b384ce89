/**
 * The script that starts Heddle on a machine: `boot.sh BUNDLE_URL BUNDLE_SHA256`.
 *
 * POSIX sh, as any image has it. It ends in `heddle boot`, or tells Heat what failed and where.
 */
export const bootScript = `#!/bin/sh
# Fetches Heddle, checks it and starts it: boot.sh BUNDLE_URL BUNDLE_SHA256
set -u
url=$1
sha256=$2
target=/opt/heddle/heddle.mjs
shown=$(printf '%s' "$url" | sed 's#//[^/@]*@#//#')

# One line of printable ASCII, as a JSON string takes it.
json_text() {
  printf '%s' "$1" | tr '\\n\\r\\t' '   ' | tr -cd '\\040-\\176' | cut -c 1-900 | sed 's/\\\\/\\\\\\\\/g; s/"/\\\\"/g'
}

fail() {
  echo "heddle boot.sh: $1" >&2
  sh /etc/heddle/signal.sh "{\\"status\\":\\"FAILURE\\",\\"reason\\":\\"$(json_text "$(hostname): $1")\\",\\"data\\":\\"{}\\",\\"id\\":\\"boot\\"}"
  exit 1
}

is_bundle() {
  test -f "$1" && test "$(sha256sum "$1" | cut -d ' ' -f 1)" = "$sha256"
}

fetch() {
  if command -v curl >/dev/null 2>&1; then
    curl -fsSL --connect-timeout 20 --max-time 300 -o "$2" "$1"
  elif command -v wget >/dev/null 2>&1; then
    wget -q -T 20 -t 1 -O "$2" "$1"
  else
    echo "neither curl nor wget is installed" >&2
    return 1
  fi
}

command -v node >/dev/null 2>&1 || fail "Node.js is not installed: the image needs Node.js 20 or newer as node on the PATH"
version=$(node --version 2>&1)
node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)' ||
  fail "Node.js is too old: node --version says $version, Heddle needs 20 or newer"
command -v sha256sum >/dev/null 2>&1 || fail "sha256sum is not installed, so $shown cannot be checked"

umask 022
mkdir -p /opt/heddle || fail "the folder /opt/heddle cannot be made"
if ! is_bundle "$target"; then
  attempt=1
  delay=1
  until error=$(fetch "$url" "$target.part" 2>&1); do
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

/** The lines of the script that tells Heat how the machine ended, before and after the words that call curl. */
export const signalScript = {
  before: `#!/bin/sh
# Tells Heat how this machine ended: signal.sh JSON
attempt=1
until `,
  after: ` --fail --silent --show-error --max-time 30 --data-binary "$1" >/dev/null; do
  if test "$attempt" -ge 8; then
    echo "heddle signal.sh: Heat could not be told after $attempt attempts" >&2
    exit 1
  fi
  attempt=$((attempt + 1))
  sleep 3
done
`,
} as const;
