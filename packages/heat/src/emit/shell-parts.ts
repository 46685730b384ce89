/**
 * The parts of POSIX sh that both scripts for new machines have: `boot.sh` and that of a coordinator.
 *
 * Before them stands `step TEXT`, which prints a line for the journal.
 */
export const shellParts = `# One line of printable ASCII, as a JSON string takes it.
json_text() {
  printf '%s' "$1" | tr '\\n\\r\\t' '   ' | tr -cd '\\040-\\176' | cut -c 1-900 | sed 's/\\\\/\\\\\\\\/g; s/"/\\\\"/g'
}

# The last lines of what a program said.
last() {
  printf '%s\\n' "$said" | grep -v '^$' | tail -n 3
}

# repeat FUNCTION WORDS: five times at most, until it ends well; it leaves in $said what a program said.
repeat() {
  attempt=1
  delay=1
  until "$@"; do
    test "$attempt" -lt 5 || return 1
    step "tries again in $delay s, attempt $attempt failed: $(last | tail -n 1)"
    sleep "$delay"
    attempt=$((attempt + 1))
    delay=$((delay * 2))
  done
}

# A new machine installs updates by itself: apt_get waits while another apt holds a lock, ten minutes in all.
lock_seconds=0
apt_get() {
  until said=$(DEBIAN_FRONTEND=noninteractive LANGUAGE=C LC_MESSAGES=C apt-get "$@" </dev/null 2>&1); do
    case $said in *'Could not get lock'*) ;; *) return 1 ;; esac
    test "$lock_seconds" -lt 600 || return 1
    test $((lock_seconds % 30)) -ne 0 || step "waits for another apt: $(printf '%s\\n' "$said" | grep 'Could not get lock' | tail -n 1)"
    sleep 5
    lock_seconds=$((lock_seconds + 5))
  done
}

# A machine that restarted while packages were being installed has half of one.
apt_install() {
  apt_get install -y --no-install-recommends "$@" || {
    DEBIAN_FRONTEND=noninteractive dpkg --configure -a </dev/null >/dev/null 2>&1 && apt_get install -y --no-install-recommends "$@"
  }
}

# Lists that cannot be fetched may be of something else, so what there is is tried; when it is not enough, their error is the reason.
apt_update_install() {
  apt_get update
  listed=$(printf '%s\n' "$said" | grep '^[EW]: ' | head -n 1)
  apt_install "$@" || {
    said="$said
$listed"
    return 1
  }
}
`;
