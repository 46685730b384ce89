import type { Link } from './cycle.ts';
import type { Blocked, BlockedRoles, Want } from './wait-graph.ts';

/** All that has to be so for a cycle to be a deadlock. */
export interface Evidence {
  readonly blocked: readonly Blocked[];
  /** What none of them gets. */
  readonly wants: readonly Want[];
}

/**
 * Collect what proves that nobody on a cycle can go on.
 *
 * Where all of several are needed, the one on the cycle is enough. Where some are enough, every one that could still come has to be proven
 * impossible in turn; and so has every other wait of a role, because it goes on when one of them ends.
 */
export function evidenceOf(cycle: readonly Link[], blocked: BlockedRoles, stuck: ReadonlySet<string>): Evidence {
  const proven = new Map<string, readonly Blocked[]>();
  const wants = new Map<string, Want>();
  const onCycle = new Map(cycle.map((link) => [link.blocked, link.want]));
  const open = cycle.map((link) => link.blocked.role);
  for (const role of open) {
    const waits = blocked.get(role);
    if (waits === undefined || proven.has(role)) continue;
    proven.set(role, waits);
    for (const want of waits.flatMap((wait) => enough(wait, stuck, onCycle.get(wait)))) {
      wants.set(`${want.producer} ${want.output ?? ''}`, want);
      open.push(want.producer);
    }
  }
  return { blocked: [...proven.values()].flat(), wants: [...wants.values()] };
}

/** The wants of one need that cannot be fulfilled: so many that it has to stay open. */
function enough({ needs }: Blocked, stuck: ReadonlySet<string>, preferred: Want | undefined): readonly Want[] {
  for (const { wants, needed } of [...needs].sort(
    (a, b) => Number(b.wants.includes(preferred as Want)) - Number(a.wants.includes(preferred as Want)),
  )) {
    const impossible = wants.filter(({ producer }) => stuck.has(producer));
    const most = wants.length - needed + 1;
    if (impossible.length < most) continue;
    const first = impossible.filter((want) => want === preferred);
    return [...first, ...impossible.filter((want) => want !== preferred)].slice(0, most);
  }
  return [];
}
