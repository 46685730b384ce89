# shellcheck shell=bash
# A stamp remembers from which inputs a step was last done.

: "${tools:?}"

# fingerprint [FILE...]: a hash of the files' names and contents, and of standard input, which is for facts such as versions.
fingerprint() {
  {
    cat
    (($# == 0)) || sha256sum -- "$@"
  } | sha256sum | cut -d' ' -f1
}

# is_done STEP FINGERPRINT: true when the step was done from these inputs.
is_done() {
  local stamp=$tools/stamps/$1 recorded=
  [[ -f $stamp ]] && read -r recorded <"$stamp"
  [[ $recorded == "$2" ]]
}

# mark_done STEP FINGERPRINT: written last, so that an interrupted step is done again.
mark_done() {
  mkdir -p "$tools/stamps"
  printf '%s\n' "$2" >"$tools/stamps/$1"
}
