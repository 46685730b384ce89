import { cyclicComponents, type Graph, shortestCycle } from '../../plan/graph.ts';
import { splitName } from '../../plan/names.ts';
import type { RoleRef } from '../../plan/plan.ts';
import type { CycleEdge } from '../../records/verdict-record.ts';
import type { Blocked, BlockedRoles, GraphWait, Want } from './wait-graph.ts';

/** A blocked role on a cycle, and what it wants of the next one. */
export interface Link {
  readonly blocked: Blocked;
  readonly want: Want;
}

/** A cycle of waits and the wait on it that has to end. */
export interface Deadlock {
  /** Begins with the role whose wait it is. */
  readonly cycle: readonly Link[];
  readonly wait: GraphWait;
}

/** Find one shortest cycle in each knot of roles that can never go on; roles that only hang on one are in none. */
export function findDeadlocks(blocked: BlockedRoles, stuck: ReadonlySet<string>): readonly Deadlock[] {
  const names = [...stuck].sort();
  const places = new Map(names.map((name, place) => [name, place]));
  const open = names.map((name) => (blocked.get(name) ?? []).flatMap((wait) => linksOf(wait, stuck)));
  const graph: Graph = open.map((own) => {
    const producers = own.map(({ want: { producer } }) => places.get(producer));
    return [...new Set(producers.filter((place) => place !== undefined))];
  });
  const alone = names.flatMap((_, place) => (graph[place]?.includes(place) === true ? [[place]] : []));
  return [...cyclicComponents(graph), ...alone].flatMap((component) => {
    const cycles = component.map((start) => shortestCycle(graph, component, start));
    const shortest = cycles.reduce((best, cycle) => (cycle.length < best.length ? cycle : best));
    const links = shortest.flatMap((place, index): Link[] => {
      const next = names[shortest[(index + 1) % shortest.length] ?? 0];
      const link = open[place]?.find(({ want }) => want.producer === next);
      return link === undefined ? [] : [link];
    });
    const first = chooseWait(links);
    return first === undefined ? [] : [first];
  });
}

/** What keeps a wait from ending: the needs that nobody can fulfil. */
function linksOf(blocked: Blocked, stuck: ReadonlySet<string>): readonly Link[] {
  const open = blocked.needs.filter(({ wants, needed }) => countAble(wants, stuck) < needed);
  return open.flatMap(({ wants }) => wants.map((want) => ({ blocked, want })));
}

function countAble(wants: readonly Want[], stuck: ReadonlySet<string>): number {
  return wants.filter(({ producer }) => !stuck.has(producer)).length;
}

/** A wait with a default goes on with it; otherwise the one that closed the cycle ends, which is the youngest. */
function chooseWait(links: readonly Link[]): Deadlock | undefined {
  const rank = ({ blocked: { wait } }: Link): string =>
    wait === undefined ? '' : `${wait.record.hasDefault === true ? 1 : 0} ${wait.record.since} ${wait.key.join('/')}`;
  const place = links.reduce((best, link, index) => (rank(link) > rank(links[best] as Link) ? index : best), 0);
  const wait = links[place]?.blocked.wait;
  return wait && { wait, cycle: [...links.slice(place), ...links.slice(0, place)] };
}

/** Describe a cycle as it is stored. */
export function edgesOf(cycle: readonly Link[]): readonly CycleEdge[] {
  return cycle.map(({ blocked: { role, wait }, want }) => ({
    ...roleOf(role),
    producer: roleOf(want.producer),
    ...(want.output === undefined ? {} : { output: want.output }),
    ...(wait === undefined ? {} : { input: wait.record.input }),
    ...(wait?.record.source === undefined ? {} : { source: wait.record.source }),
  }));
}

function roleOf(id: string): RoleRef {
  const [node, role] = splitName(id);
  return { node, role };
}
