/**
 * The part of `boot.sh` that installs: functions of POSIX sh, behind `shellParts`. They call `fail`, which ends the script.
 *
 * Each line of `/etc/heddle/packages` is a source of a tool, written by `packageLines`; those of one tool are installed in their order.
 */
export const installFunctions = `packages=/etc/heddle/packages

# A URL as messages show it: without user, password and query.
shown() {
  printf '%s' "$1" | sed 's#//.*[?].*@.*#//...#; s#//.*@#//#; s/[?#].*//'
}

# Runs a command until it ends well, five times at most; $said is what it said last.
try() {
  repeat heard "$@"
}

heard() {
  said=$("$@" 2>&1)
}

is_file() {
  test -f "$1" && test "$(sha256sum "$1" | cut -d ' ' -f 1)" = "$2"
}

fetch() {
  printf 'url = "%s"\\n' "$(printf '%s' "$1" | sed 's/[\\\\"]/\\\\&/g')" |
    curl --config - -gfsSL --connect-timeout 20 --speed-limit 100 --speed-time 60 --max-time 1800 -o "$2"
}

# get WHAT URL SHA256 FILE
get() {
  ! is_file "$4" "$3" || return 0
  try fetch "$2" "$4.part" || fail "the $1 cannot be fetched from $(shown "$2") after $attempt attempts: $said"
  is_file "$4.part" "$3" ||
    fail "the $1 from $(shown "$2") has not the sha256 that the template names: expected $3, got $(sha256sum "$4.part" | cut -d ' ' -f 1)"
  mv "$4.part" "$4" || fail "the $1 cannot be moved to $4"
}

# Prints the first Node.js that runs Heddle.
newer_node() {
  for found in node /opt/heddle/node/bin/node; do
    command -v "$found" >/dev/null 2>&1 || continue
    "$found" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' >/dev/null 2>&1 || continue
    command -v "$found"
    return 0
  done
  return 1
}

node_problem() {
  hint="compile the template with --node URL#SHA256, or use an image that has it"
  if command -v node >/dev/null 2>&1; then
    echo "Node.js is too old: node --version says $(node --version 2>&1), Heddle needs 20.19 or newer: $hint"
  else
    echo "Node.js is not installed, Heddle needs 20.19 or newer: $hint"
  fi
}

has_tool() {
  case $1 in
    chef) set -- chef-solo cinc-solo /opt/chef/bin/chef-solo /opt/cinc/bin/cinc-solo /opt/heddle/chef/bin/chef-solo ;;
    ansible) set -- ansible-playbook /opt/heddle/ansible/bin/ansible-playbook ;;
  esac
  for found; do
    ! command -v "$found" >/dev/null 2>&1 || return 0
  done
  return 1
}

# Installs from every source of a tool; without one nothing is done, and whoever runs the tool says that it is missing.
install_tool() {
  tool=$1
  test -f "$packages" || return 0
  machine=$(uname -m)
  known=
  while read -r of kind first second third || test -n "$of"; do
    test "$of" = "$tool" || continue
    case $kind in
      file)
        case $first in any | "$machine") ;; *) continue ;; esac
        step "installs $tool from $(shown "$second")"
        install_file "$second" "$third"
        ;;
      *)
        step "installs $tool from $kind:$first"
        "install_$kind" "$first" "$second" "$third"
        ;;
    esac
    known=1
  done <"$packages"
  test -n "$known" || return 0
  test "$tool" = node || has_tool "$tool" || fail "$tool is not there after its packages were installed"
}

# install_file URL SHA256: what it is says the end of its name.
install_file() {
  path=\${1%%[?#]*}
  case $path in
    *.deb) end=deb ;;
    *.rpm) end=rpm ;;
    *) end=tar ;;
  esac
  package=/opt/heddle/package-$tool.$end
  get "package of $tool" "$1" "$2" "$package"
  case $end in
    deb) apt_install "$package" || repeat apt_update_install "$package" ;;
    rpm) try dnf -y install "$package" </dev/null ;;
    tar) said=$(unpack "$package" "/opt/heddle/$tool" 2>&1) ;;
  esac || fail "the package of $tool from $(shown "$1") cannot be installed: $(last)"
  rm -f "$package"
}

# Unpacks an archive with one folder, which has bin in it; whole or not at all.
unpack() {
  rm -rf "$2.part" &&
    mkdir -p "$2.part" &&
    tar -xf "$1" -C "$2.part" --strip-components=1 --no-same-owner &&
    rm -rf "$2" &&
    mv "$2.part" "$2"
}

install_apt() {
  repeat apt_update_install "$1" || fail "$tool cannot be installed from apt:$1 after $attempt attempts: $(last)"
}

install_dnf() {
  try dnf -y install "$1" </dev/null || fail "$tool cannot be installed from dnf:$1 after $attempt attempts: $(last)"
}

# install_gem NAME VERSION SOURCE: a source may hold a password, so it stands in a file.
install_gem() {
  command -v gem >/dev/null 2>&1 || fail "$tool cannot be installed from gem:$1: there is no Ruby with gem"
  gemrc=/opt/heddle/gemrc
  rm -f "$gemrc"
  (
    umask 077
    { test "$3" = - || printf ':sources:\\n- "%s"\\n' "$3"; } >"$gemrc"
  )
  set -- "$1" "$2"
  test "$2" = - || set -- "$1" --version "~> $2.0"
  try gem install --config-file "$gemrc" --no-document --conservative "$@" </dev/null
  ended=$?
  rm -f "$gemrc"
  test "$ended" = 0 || fail "$tool cannot be installed from gem:$1 after $attempt attempts: $(last)"
}
`;
