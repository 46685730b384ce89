# shellcheck shell=bash
# Set-up as functions, for scripts that source this file with `project` set to the root of the checkout.

# Ruby and Node report real paths; comparing them with ours needs ours to be real.
project=$(cd -- "${project:?}" && pwd -P)
tools=$project/.tools

# shellcheck source=scripts/lib/say.sh
source "$project/scripts/lib/say.sh"
# shellcheck source=scripts/lib/stamps.sh
source "$project/scripts/lib/stamps.sh"
# shellcheck source=scripts/lib/prerequisites.sh
source "$project/scripts/lib/prerequisites.sh"
# shellcheck source=scripts/lib/javascript.sh
source "$project/scripts/lib/javascript.sh"
# shellcheck source=scripts/lib/chef.sh
source "$project/scripts/lib/chef.sh"
# shellcheck source=scripts/lib/ansible.sh
source "$project/scripts/lib/ansible.sh"

# Set everything up: setup_project [--for demo|test]. A demo needs no servers; tests run against all of them.
setup_project() {
  local purpose=demo
  while (($# > 0)); do
    case $1 in
      --for)
        [[ ${2-} == demo || ${2-} == test ]] || stop_setup "--for takes demo or test"
        purpose=$2
        shift 2
        ;;
      *) stop_setup "unknown argument $1; usage: scripts/setup.sh [--for demo|test]" ;;
    esac
  done
  # The subshell keeps the lock and the environment to the set-up.
  (
    umask 022
    require_prerequisites "$purpose"
    mkdir -p "$tools"
    exec 9>"$tools/setup.lock"
    if ! flock --nonblock 9; then
      say "waiting for another set-up of this folder"
      flock --timeout 1800 9 || stop_setup "another set-up still runs after half an hour; remove nothing, look for it with: fuser $tools/setup.lock"
    fi
    quiet_environment
    install_node_modules
    build_packages
    install_chef
    if [[ $purpose == test ]]; then install_newer_ansible; fi
  )
}
