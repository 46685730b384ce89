/**
 * Write the commands that fetch what seeding needs: Heddle, by the lines of `/etc/heddle/bundle`, and with `isPlanFetched` the plan, by those of
 * `/etc/heddle/plan`. They leave `$node` and `$target`, and call `fail`.
 */
export function prepareSeed(isPlanFetched: boolean): string {
  return `
shown() {
  printf '%s' "$1" | sed 's#//.*[?].*@.*#//...#; s#//.*@#//#; s/[?#].*//'
}

is_file() {
  test -f "$1" && test "$(sha256sum "$1" | cut -d ' ' -f 1)" = "$2"
}

# A URL may hold a password or a signature, so it is no program's argument.
fetch() {
  printf 'url = "%s"\\n' "$(printf '%s' "$1" | sed 's/[\\\\"]/\\\\&/g')" |
    curl --config - -fsSL --connect-timeout 20 --speed-limit 100 --speed-time 60 --max-time 1800 -o "$2"
}

# get WHAT URL SHA256 FILE
get() {
  ! is_file "$4" "$3" || return 0
  attempt=1
  until said=$(fetch "$2" "$4.part" 2>&1); do
    test "$attempt" -lt 5 || fail "the $1 cannot be fetched from $(shown "$2") after $attempt attempts: $said"
    sleep $((attempt * 2))
    attempt=$((attempt + 1))
  done
  is_file "$4.part" "$3" ||
    fail "the $1 from $(shown "$2") has not the sha256 that the template names: expected $3, got $(sha256sum "$4.part" | cut -d ' ' -f 1)"
  mv "$4.part" "$4" || fail "the $1 cannot be moved to $4"
}

read_source() {
  IFS= read -r url
  IFS= read -r sha256
}

node=$(command -v node) || fail "Node.js is not installed: the image needs Node.js 20.19 or newer as node on the PATH"
command -v curl >/dev/null 2>&1 || fail "curl is not installed, so nothing can be fetched"
target=/opt/heddle/heddle.mjs
mkdir -p /opt/heddle || fail "the folder /opt/heddle cannot be made"
read_source </etc/heddle/bundle
get bundle "$url" "$sha256" "$target"
${isPlanFetched ? 'read_source </etc/heddle/plan\nget plan "$url" "$sha256" /etc/heddle/plan.json\n' : ''}`;
}
