import { cyclicComponents, shortestCycle } from '../plan/graph.ts';
import { splitName } from '../plan/names.ts';
import { isEnded } from '../records/role-record.ts';
import type { WaitRecord } from '../records/wait-record.ts';
import type { Holdup, Holdups } from './holdups.ts';

/** Roles from the one that was asked about to the root cause; `holdups[i]` leads from role `i` to the next one. */
export interface BlameChain {
  readonly roles: readonly string[];
  readonly holdups: readonly Holdup[];
  /** The chain ends in a cycle that begins here: the last holdup leads back to this role. */
  readonly cycleFrom?: number;
}

/**
 * Follow who is held up by whom to the one cause that decides.
 *
 * Of several causes that one is taken with which the wait cannot end well: a role that has ended; then a cycle; then a node that nobody runs; then
 * what only takes its time. Of equal ones the nearest.
 * @param waits  Begin with these waits of the role alone. @default with all that holds it up
 */
export function blameChain(holdups: Holdups, start: string, waits?: readonly WaitRecord[]): BlameChain {
  const reached = new Reached(start);
  for (const { role, index } of reached) {
    const found = index === 0 && waits !== undefined ? waits.flatMap((wait) => holdups.ofWait(wait)) : holdups.of(role);
    for (const holdup of found) reached.follow(index, holdup);
  }
  const leaves = reached.roles.flatMap((role, index) =>
    (reached.graph[index] ?? []).length > 0 ? [] : [{ index, rank: rankOf(holdups, role) }],
  );
  const worst = leaves.reduce<(typeof leaves)[number] | undefined>(
    (best, leaf) => (best === undefined || leaf.rank < best.rank ? leaf : best),
    undefined,
  );
  const cycles = cyclesOf(reached);
  // Where so many members of a group as are needed wait for nobody, a cycle with the others ends by itself.
  const lasting = cycles.filter((cycle) => cycle.every((index) => holdups.stuck.has(reached.roles[index] ?? '')));
  const component = lasting[0] ?? (worst === undefined ? cycles[0] : undefined);
  if (component !== undefined && (worst === undefined || worst.rank > cycleRank)) return cycleChain(reached, component);
  return reached.chainTo(worst?.index ?? 0);
}

const cycleRank = 1;

function rankOf(holdups: Holdups, role: string): number {
  const record = holdups.record(role);
  if (record !== undefined && isEnded(record.state)) return 0;
  const [node] = splitName(role);
  return holdups.hasAgent(node) ? 3 : 2;
}

function cyclesOf({ graph }: Reached): readonly (readonly number[])[] {
  const loops = graph.flatMap((targets, vertex) => (targets.includes(vertex) ? [[vertex]] : []));
  return [...cyclicComponents(graph), ...loops].sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
}

/** Vertices are numbered as they are reached, so the first of a component is its nearest. */
function cycleChain(reached: Reached, component: readonly number[]): BlameChain {
  const [entry = 0] = component;
  const way = reached.chainTo(entry);
  const cycle = shortestCycle(reached.graph, component, entry);
  const steps = cycle.map((vertex, place) => reached.holdup(vertex, cycle[(place + 1) % cycle.length] ?? entry));
  return {
    roles: [...way.roles, ...cycle.slice(1).map((vertex) => reached.roles[vertex] ?? '')],
    holdups: [...way.holdups, ...steps],
    cycleFrom: way.roles.length - 1,
  };
}

/** The roles that are reached from one, nearest first, and the holdups between them; walking over it may add more. */
class Reached {
  readonly roles: string[];
  readonly graph: number[][] = [[]];
  readonly #indexes: Map<string, number>;
  readonly #holdups: Map<number, Holdup>[] = [new Map()];
  /** From where each was first reached. */
  readonly #from: number[] = [-1];

  constructor(start: string) {
    this.roles = [start];
    this.#indexes = new Map([[start, 0]]);
  }

  *[Symbol.iterator](): Generator<{ role: string; index: number }> {
    for (let index = 0; index < this.roles.length; index += 1) yield { role: this.roles[index] ?? '', index };
  }

  follow(from: number, holdup: Holdup): void {
    let to = this.#indexes.get(holdup.producer);
    if (to === undefined) {
      to = this.roles.push(holdup.producer) - 1;
      this.#indexes.set(holdup.producer, to);
      this.graph.push([]);
      this.#holdups.push(new Map());
      this.#from.push(from);
    }
    const known = this.#holdups[from];
    if (known === undefined || known.has(to)) return;
    known.set(to, holdup);
    this.graph[from]?.push(to);
  }

  holdup(from: number, to: number): Holdup {
    return this.#holdups[from]?.get(to) as Holdup;
  }

  chainTo(end: number): BlameChain {
    const path = [end];
    for (let vertex = this.#from[end] ?? -1; vertex !== -1; vertex = this.#from[vertex] ?? -1) path.unshift(vertex);
    return {
      roles: path.map((vertex) => this.roles[vertex] ?? ''),
      holdups: path.slice(1).map((vertex, place) => this.holdup(path[place] ?? 0, vertex)),
    };
  }
}
