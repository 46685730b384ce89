/**
 * Text of a stand-in for systemctl: a line per call in /var/lib/heddle-services/calls, a file per enabled and per active unit.
 *
 * Enough for the service resources of Chef and Ansible to converge where no systemd runs.
 */
export const systemctl = `#!/bin/sh
# Stand-in for systemctl in a machine without systemd: records calls, starts nothing.
state=/var/lib/heddle-services
mkdir -p "$state/active" "$state/enabled"
echo "$*" >>"$state/calls"
verb= now= units=
for word; do
  case $word in
    --now) now=1 ;;
    -*) ;;
    *) if [ -z "$verb" ]; then verb=$word; else units="$units \${word%.service}"; fi ;;
  esac
done
for unit in $units; do
  case $verb in
    start | restart | reload | reload-or-restart | try-restart) : >"$state/active/$unit" ;;
    stop) rm -f "$state/active/$unit" ;;
    enable) : >"$state/enabled/$unit"; [ -z "$now" ] || : >"$state/active/$unit" ;;
    disable | mask) rm -f "$state/enabled/$unit"; [ -z "$now" ] || rm -f "$state/active/$unit" ;;
    is-active) [ -e "$state/active/$unit" ] && echo active || { echo inactive; exit 3; } ;;
    is-enabled) [ -e "$state/enabled/$unit" ] && echo enabled || { echo disabled; exit 1; } ;;
    show)
      active=inactive enabled=disabled
      [ ! -e "$state/active/$unit" ] || active=active
      [ ! -e "$state/enabled/$unit" ] || enabled=enabled
      printf 'Id=%s.service\\nLoadState=loaded\\nActiveState=%s\\nUnitFileState=%s\\n' "$unit" "$active" "$enabled"
      ;;
  esac
done
exit 0
`;
