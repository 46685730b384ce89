import { installFunctions } from '../emit/install-script.ts';

/**
 * Write the commands that fetch what seeding needs: Node.js where it lacks, Heddle, by the lines of `/etc/heddle/bundle`, and with `isPlanFetched` the
 * plan, by those of `/etc/heddle/plan`. They leave `$node` and `$target`, and call `fail`.
 */
export function prepareSeed(isPlanFetched: boolean): string {
  return `
${installFunctions}
read_source() {
  IFS= read -r url
  IFS= read -r sha256
}

command -v curl >/dev/null 2>&1 || fail "curl is not installed, so nothing can be fetched"
target=/opt/heddle/heddle.mjs
mkdir -p /opt/heddle || fail "the folder /opt/heddle cannot be made"
node=$(newer_node) || {
  install_tool node
  node=$(newer_node) || fail "$(node_problem)"
}
read_source </etc/heddle/bundle
get bundle "$url" "$sha256" "$target"
${isPlanFetched ? 'read_source </etc/heddle/plan\nget plan "$url" "$sha256" /etc/heddle/plan.json\n' : ''}`;
}
