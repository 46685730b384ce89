#!/usr/bin/env bash
# chef-solo under the benchmark's clock: adds a line "WALL USER SYSTEM" in seconds to the file beside this program.
set -euo pipefail
TIMEFORMAT='%3R %3U %3S'
status=0
exec 3>&1 4>&2
{ time "CHEF_SOLO" "$@" >&3 2>&4 || status=$?; } 2>>"$0.times"
exit "$status"
