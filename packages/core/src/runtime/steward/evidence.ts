import type { Link } from './cycle.ts';
import type { Blocked, Want } from './wait-graph.ts';

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
 * impossible in turn.
 */
export function evidenceOf(
  cycle: readonly Link[],
  blocked: ReadonlyMap<string, Blocked>,
  stuck: ReadonlySet<string>,
): Evidence {
  const proven = new Map<string, Blocked>();
  const wants = new Map<string, Want>();
  const onCycle = new Map(cycle.map((link) => [link.blocked.role, link.want]));
  const open = cycle.map((link) => link.blocked.role);
  for (const role of open) {
    const one = blocked.get(role);
    if (one === undefined || proven.has(role)) continue;
    proven.set(role, one);
    for (const want of enough(one, stuck, onCycle.get(role))) {
      wants.set(`${want.producer} ${want.output ?? ''}`, want);
      open.push(want.producer);
    }
  }
  return { blocked: [...proven.values()], wants: [...wants.values()] };
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
