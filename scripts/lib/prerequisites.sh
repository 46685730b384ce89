# shellcheck shell=bash
# What must be there before anything else, and the Debian packages that the set-up adds by itself.

# What only the tests need: the real servers and tools that Heddle works with.
test_packages=(
  zookeeper etcd-server etcd-client python3-heat cloud-init ansible-core debian-archive-keyring
  openssh-client openssh-server openmpi-bin python3-mpi4py
  # Machines of the tests that boot with systemd, and packages that they install.
  systemd dpkg-dev xz-utils
)

# Stop with one line per thing that is missing and that is not ours to install; then add the Debian packages.
# require_prerequisites demo|test
require_prerequisites() {
  [[ $(uname -s) == Linux ]] || stop_setup "Heddle's machines are Linux namespaces; this system is $(uname -s)"
  local missing=0
  need node "Node.js 20.19 or newer" nodejs
  need npm "npm" npm
  need git "git" git
  need ruby "Ruby 3.1 or newer" ruby
  need cc "a C compiler" gcc
  need make "make" make
  ((missing == 0)) || exit 2

  is_at_least "$(node --version)" v20.19 || stop_setup "Node.js $(node --version) is too old: install 20.19 or newer from https://nodejs.org"
  ruby_facts=$(ruby -e 'puts RUBY_VERSION, RbConfig.ruby, RbConfig::CONFIG["ruby_version"], RbConfig::CONFIG["rubyhdrdir"]')
  # shellcheck disable=SC2034 # for the Chef step
  { read -r ruby_version && read -r ruby_program && read -r ruby_abi && read -r ruby_headers; } <<<"$ruby_facts"
  is_at_least "$ruby_version" 3.1 || stop_setup "Ruby $ruby_version is too old: install Ruby 3.1 or newer (apt-get install ruby)"
  install_debian_packages "$1"
}

# need PROGRAM DESCRIPTION PACKAGE
need() {
  command -v "$1" >/dev/null && return
  say "missing: $2 (program $1); install it with: apt-get install $3"
  missing=1
}

# is_at_least VERSION MINIMUM
is_at_least() {
  printf '%s\n%s\n' "$2" "$1" | sort --version-sort --check=quiet
}

# Programs of administrators are not on the PATH of every user.
have() {
  command -v "$1" >/dev/null || [[ -x /usr/sbin/$1 || -x /sbin/$1 ]]
}

is_installed() {
  [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

install_debian_packages() {
  local packages=()
  have bundle || packages+=(ruby-bundler)
  [[ -e $ruby_headers/ruby.h ]] || packages+=(ruby-dev)
  have ip || packages+=(iproute2)
  { have unshare && have flock && have setpriv; } || packages+=(util-linux)
  { have mount && have umount; } || packages+=(mount)
  have hostname || packages+=(hostname)
  have curl || packages+=(curl)
  if [[ $1 == test ]]; then
    local package
    for package in "${test_packages[@]}"; do is_installed "$package" || packages+=("$package"); done
  fi
  ((${#packages[@]} > 0)) || return 0

  local as_root=()
  if (($(id -u) != 0)); then as_root=(sudo -n); fi
  if ! command -v apt-get >/dev/null || { ((${#as_root[@]} > 0)) && ! "${as_root[@]}" true 2>/dev/null; }; then
    stop_setup "missing Debian packages; install them with: sudo apt-get install ${packages[*]}"
  fi
  say "installing Debian packages: ${packages[*]} ..."
  run_quietly apt add_packages
}

# The lists of a fresh machine may be empty or old; most machines are not fresh. Uses the variables of its caller.
# The tests start servers of their own: the packages' services stay stopped (RUNLEVEL=1), cloud-init leaves this computer alone,
# and no SSH server comes up at its next boot.
add_packages() {
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -o DPkg::Lock::Timeout=300 -q)
  if [[ " ${packages[*]} " == *' cloud-init '* ]]; then
    "${as_root[@]}" mkdir -p /etc/cloud && "${as_root[@]}" touch /etc/cloud/cloud-init.disabled
  fi
  if [[ " ${packages[*]} " == *' openssh-server '* ]]; then
    "${as_root[@]}" mkdir -p /etc/ssh && "${as_root[@]}" touch /etc/ssh/sshd_not_to_be_run
  fi
  local install=("${apt[@]}" install --yes --no-install-recommends "${packages[@]}")
  "${install[@]}" || { "${apt[@]}" update && "${install[@]}"; }
}
