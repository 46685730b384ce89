import type { Groups } from './inventory-groups.ts';

/** What the patterns of a deployment's plays can name. */
export interface KnownHosts {
  readonly groups: Groups;
  /** False when some inventory could not be read without Ansible: then a name may stand for any host. */
  readonly isComplete: boolean;
}

/** Tell whether the `hosts` of a play may be one of these nodes; what only the run can tell may be. */
export function mayCover(pattern: string, nodes: readonly string[], known: KnownHosts): boolean {
  const parts = pattern
    .split(/[,:](?![^[]*\])/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
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

function mayBe(part: string, node: string, { groups, isComplete }: KnownHosts): 'yes' | 'no' | 'maybe' {
  const name = part.replace(/\[[^\]]*\]$/, '');
  // The first of a group is the one that is written first; others depend on how groups are nested.
  if (part === `${name}[0]` && isComplete && groups.has(name))
    return [...(groups.get(name) ?? [])][0] === node ? 'yes' : 'no';
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
    return isMatch ? yes : isComplete ? 'no' : 'maybe';
  }
  if (groups.get(name)?.has(node) === true) return yes;
  return isComplete ? 'no' : 'maybe';
}
