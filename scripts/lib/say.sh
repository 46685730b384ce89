# shellcheck shell=bash
# What a set-up says, and how it runs noisy programs.

: "${tools:?}"

# One line for a person, on standard error: standard output belongs to the caller.
say() {
  printf 'setup: %s\n' "$*" >&2
}

# Say what is wrong and what to do about it, in one line, and end.
stop_setup() {
  say "$*"
  exit 2
}

# run_quietly NAME COMMAND...: keep the output in .tools/log/NAME.log; show its end only when the command fails.
run_quietly() {
  local name=$1 log=$tools/log/$1.log code=0
  shift
  mkdir -p "$tools/log"
  "$@" >"$log" 2>&1 9>&- </dev/null || code=$?
  ((code == 0)) && return
  say "$name failed with exit code $code; the end of $log:"
  tail -n 25 "$log" | sed 's/^/  /' >&2
  exit 1
}

# Package managers want a home folder, ask no questions without a terminal, and draw no progress bars in CI.
quiet_environment() {
  if [[ -z ${HOME-} ]]; then HOME=$(getent passwd "$(id -u)" | cut -d: -f6 || true); fi
  [[ -d $HOME && -w $HOME ]] || HOME=$tools/home
  mkdir -p "$HOME"
  export HOME
  export CI=true NO_COLOR=1 DEBIAN_FRONTEND=noninteractive
  # npm hands its own settings to the scripts that it runs; a nested package manager must not take them for the user's.
  unset npm_config_prefix npm_config_local_prefix npm_config_global npm_config_global_prefix
}
