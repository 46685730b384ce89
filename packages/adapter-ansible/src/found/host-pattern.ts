import type { Groups } from './inventory-groups.ts';

/** What the patterns of a deployment's plays can name. */
export interface KnownHosts {
  readonly groups: Groups;
  /** The host that `group[0]` means, where that does not depend on how groups are nested or which inventory comes first. */
  readonly firsts: ReadonlyMap<string, string>;
  /** False when some inventory could not be read without Ansible: then a name may stand for any host. */
  readonly isComplete: boolean;
  /** True when tasks make groups: then a name that is in no inventory may be one of theirs. */
  readonly makesGroups: boolean;
}

/** Tell whether the `hosts` of a play may be one of these nodes; what only the run can tell may be. */
export function mayCover(pattern: string, nodes: readonly string[], known: KnownHosts): boolean {
  const parts = partsOf(pattern);
  if (pattern.includes('{{') || parts.length === 0) return true;
  const plain = parts.filter((part) => !/^[!&]/.test(part));
  return nodes.some((node) => {
    const isIn = (part: string) => mayBe(part.replace(/^[!&]/, ''), node, known);
    if (plain.length > 0 && !plain.some((part) => isIn(part) !== 'no')) return false;
    return parts.every((part) =>
      part.startsWith('!') ? isIn(part) !== 'yes' : part.startsWith('&') ? isIn(part) !== 'no' : true,
    );
  });
}

/** Names in a pattern that may be a group whose hosts only the run knows. */
export function unknownNames(pattern: string, known: KnownHosts): readonly string[] {
  const names = partsOf(pattern.includes('{{') ? '' : pattern).map((part) => nameOf(part.replace(/^[!&]/, '')));
  return known.isComplete && !known.makesGroups
    ? []
    : names.filter((name) => !/^~|[*?]/.test(name) && name !== 'all' && !isKnown(name, known));
}

function partsOf(pattern: string): readonly string[] {
  return pattern
    .split(/[,:](?![^[]*\])/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** `web[0]` is of `web`. */
function nameOf(part: string): string {
  return part.replace(/\[[^\]]*\]$/, '');
}

function isKnown(name: string, { groups }: KnownHosts): boolean {
  return name === 'localhost' || groups.has(name) || [...groups.values()].some((hosts) => hosts.has(name));
}

function mayBe(part: string, node: string, known: KnownHosts): 'yes' | 'no' | 'maybe' {
  const { groups, isComplete, makesGroups } = known;
  const name = nameOf(part);
  const first = part === `${name}[0]` && isComplete && !makesGroups ? known.firsts.get(name) : undefined;
  if (first !== undefined) return first === node ? 'yes' : 'no';
  // `web[0]` is some of them.
  const yes = name === part ? 'yes' : 'maybe';
  if (name === 'all' || name === '*' || name === node) return yes;
  if (name.startsWith('~')) return 'maybe';
  if (name.includes('*') || name.includes('?')) {
    const matcher = new RegExp(
      `^${name
        .replace(/[.+^${}()|[\]\\]/g, '\\$&')
        .replaceAll('*', '.*')
        .replaceAll('?', '.')}$`,
    );
    const isMatch = matcher.test(node) || [...groups].some(([group, hosts]) => matcher.test(group) && hosts.has(node));
    return isMatch ? yes : isComplete && !makesGroups ? 'no' : 'maybe';
  }
  if (groups.get(name)?.has(node) === true) return yes;
  return isComplete && (!makesGroups || isKnown(name, known)) ? 'no' : 'maybe';
}
