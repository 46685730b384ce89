# shellcheck shell=bash
# Debian 13's ansible-core in .tools/ansible-2.19, beside the system's own: the tests run on both. Nothing of it is installed.

: "${project:?}" "${tools:?}"

# The release that has the version, and where it is when this machine names no Debian mirror.
newer_debian=trixie
newer_ansible=2.19
debian_archive=http://deb.debian.org/debian
debian_keyring=/usr/share/keyrings/debian-archive-keyring.gpg

install_newer_ansible() {
  local folder=$tools/ansible-$newer_ansible inputs
  inputs=$(/usr/bin/python3 --version | fingerprint "$project/scripts/lib/ansible.sh")
  if is_done ansible-newer "$inputs" && [[ -x $folder/bin/ansible-playbook ]]; then return; fi
  say "unpacking Debian's ansible-core $newer_ansible into .tools/ansible-$newer_ansible ..."
  [[ -r $debian_keyring ]] || stop_setup "missing Debian's keys; install them with: apt-get install debian-archive-keyring"
  rm -rf "$folder.new"
  mkdir -p "$folder.new"
  run_quietly ansible-newer unpack_newer_ansible "$folder.new"
  write_ansible_wrappers "$folder.new"
  rm -rf "$folder"
  mv "$folder.new" "$folder"
  mark_done ansible-newer "$inputs"
}

# unpack_newer_ansible FOLDER: apt checks the release's signature and the package's hash, and takes this machine's proxy; its lists are its own.
unpack_newer_ansible() {
  local folder=$1 apt=$1/apt package version
  mkdir -p "$apt"/{lists,archives}/partial
  : >"$apt/status"
  cat >"$apt/debian.sources" <<SOURCES || return
Types: deb
URIs: $(debian_mirror)
Suites: $newer_debian
Components: main
Signed-By: $debian_keyring
SOURCES
  # The user that apt would download as may not be allowed into this folder.
  local options=(
    -o "Dir::Etc::sourcelist=$apt/debian.sources" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$apt/lists"
    -o "Dir::State::status=$apt/status" -o "Dir::Cache=$apt" -o APT::Sandbox::User=root
    -o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false -o Acquire::Retries=3
  )
  apt-get "${options[@]}" --error-on=any update || return
  (cd "$apt" && apt-get "${options[@]}" download ansible-core) || return
  package=$(echo "$apt"/ansible-core_*.deb)
  version=$(dpkg-deb --field "$package" Version) || return
  [[ $version == "$newer_ansible".* ]] || {
    echo "Debian $newer_debian has ansible-core $version, not $newer_ansible"
    return 1
  }
  dpkg-deb --extract "$package" "$folder" && rm -rf "$apt"
}

# The mirror that this machine takes its own packages from, if it has one of Debian.
debian_mirror() {
  local site
  site=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' 2>/dev/null | head -n 1)
  printf '%s\n' "${site:-$debian_archive}"
}

# write_ansible_wrappers FOLDER: programs that find the unpacked package from their own place.
write_ansible_wrappers() {
  local program
  mkdir -p "$1/bin"
  for program in "$1"/usr/bin/ansible*; do
    program=${program##*/}
    cat >"$1/bin/$program" <<WRAPPER
#!/bin/sh
# Written by scripts/setup.sh: $program of ansible-core $newer_ansible.
self=\$(readlink -f -- "\$0")
root=\${self%/bin/*}
export PYTHONPATH="\$root/usr/lib/python3/dist-packages\${PYTHONPATH:+:\$PYTHONPATH}"
exec /usr/bin/python3 "\$root/usr/bin/$program" "\$@"
WRAPPER
    chmod 755 "$1/bin/$program"
  done
}
