import { type LayerEdge, layersOf } from '../plan/layers.ts';
import { splitName } from '../plan/names.ts';
import type { PlanNode } from '../plan/plan.ts';
import { factsAdapter, inOrder } from '../plan/start-roles.ts';
import { type LinkKind, PlanLinks, type RoleOrderEdge } from './graph-links.ts';
import { unreadOutputs } from './unread-outputs.ts';

/** Roles of a declaration that are alike: one of a node, or those of some members of a group. */
export interface WaveRole {
  /** `NODE.ROLE`, or `GROUP[*].ROLE` when all members are in this wave. */
  readonly id: string;
  /** Nodes, in plan order. */
  readonly nodes: readonly string[];
  readonly role: string;
  /** The wave in which they start, at most their own: from there on they may wait for values. */
  readonly starts: number;
}

/** Roles that can end when those of the waves before have. */
export interface Wave {
  /** From 1; in 0 are the roles in which an agent tells of its machine. */
  readonly wave: number;
  readonly roles: readonly WaveRole[];
}

/** A role on the critical path, and what it needs of the one before it. */
export interface PathStep {
  readonly node: string;
  readonly role: string;
  /** Milliseconds that it works, or 1 when roles are counted. */
  readonly length: number;
  /** Absent for the first one. */
  readonly because?: LinkKind;
  /** With `input`: the output that it reads; for a group the one that all members write. */
  readonly output?: string;
}

export interface CriticalPath {
  readonly unit: 'roles' | 'ms';
  readonly length: number;
  readonly steps: readonly PathStep[];
  /** With `ms`: roles of which no duration is known; they count 0. */
  readonly unknown: readonly string[];
}

/** When the roles of a plan can run, before anything runs. */
export interface PlanView {
  readonly deployment: string;
  readonly nodes: number;
  /** Without those that the agents start beside them. */
  readonly roles: number;
  readonly waves: readonly Wave[];
  readonly criticalPath: CriticalPath;
  /** Roles that read values of one another, each cycle by the roles on it. */
  readonly cycles: readonly (readonly string[])[];
  /** Declared outputs that no input reads. */
  readonly unread: readonly string[];
}

export interface PlanViewOptions {
  readonly deployment: string;
  /** Milliseconds that roles work, by `NODE.ROLE`. @default roles are counted */
  readonly workMs?: ReadonlyMap<string, number>;
}

/**
 * Lay out the roles of a plan in waves, and find the longest chain of roles that need one another.
 *
 * A role is as early as it can be when every other one writes at its end. Within a cycle of reads nobody waits for anybody's end: such roles must write
 * before they read.
 */
export function planView(nodes: readonly PlanNode[], { deployment, workMs }: PlanViewOptions): PlanView {
  const links = new PlanLinks(nodes);
  const order = links.order();
  // Who gathers may go on without its group; the group's vertex never stands for less than all of its members.
  const edges = order.edges.map((edge) => ({ ...edge, isSoft: edge.kind === 'input' && edge.to < order.roles.length }));
  const counts = countsOf(nodes, order.size);
  return {
    deployment,
    nodes: nodes.length,
    roles: nodes.reduce((sum, { roles }) => sum + inOrder(roles).length, 0),
    waves: wavesOf(nodes, counts, edges),
    criticalPath: criticalPath(order.roles, edges, counts, workMs),
    cycles: links.cycles(),
    unread: unreadOutputs(nodes),
  };
}

function wavesOf(nodes: readonly PlanNode[], counts: readonly number[], edges: readonly LayerEdge[]): readonly Wave[] {
  const { ends } = layersOf(counts, edges);
  const starts = [...counts.keys()].map(() => 1);
  for (const { from, to, isSoft } of edges) {
    // Of what can never start the plan is refused; here its order is only drawn.
    if (!isSoft) starts[to] = Math.max(starts[to] ?? 1, (ends[from] ?? 0) + 1);
  }
  const sizes = new Map<string, number>();
  for (const { group } of nodes) if (group !== null) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const waves: Map<string, WaveRole & { nodes: string[]; group: string | null }>[] = [];
  let vertex = 0;
  for (const { name, group, roles: own } of nodes) {
    for (const { name: role } of own) {
      const wave = ends[vertex] ?? 1;
      const start = Math.min(wave, starts[vertex] ?? 1);
      vertex += 1;
      waves[wave] ??= new Map();
      const key = `${group ?? name} ${role} ${start}`;
      const known = waves[wave].get(key);
      if (known === undefined)
        waves[wave].set(key, { id: `${name}.${role}`, nodes: [name], role, starts: start, group });
      else known.nodes.push(name);
    }
  }
  return waves.flatMap((found, wave) => [
    {
      wave,
      roles: [...found.values()].map(({ group, ...role }) => {
        const isWhole = group !== null && role.nodes.length === sizes.get(group);
        return isWhole ? { ...role, id: `${group}[*].${role.role}` } : role;
      }),
    },
  ]);
}

/** Count the roles that are run: what an agent tells of its machine it tells beside them, and a vertex that stands for a group is none. */
function countsOf(nodes: readonly PlanNode[], size: number): readonly number[] {
  const counts = nodes.flatMap(({ roles }) =>
    roles.map(({ adapter, atStart }) => (adapter === factsAdapter || atStart === true ? 0 : 1)),
  );
  return Array.from({ length: size }, (_, vertex) => counts[vertex] ?? 0);
}

function criticalPath(
  roles: readonly string[],
  edges: readonly (LayerEdge & RoleOrderEdge)[],
  counts: readonly number[],
  workMs: ReadonlyMap<string, number> | undefined,
): CriticalPath {
  const weights = workMs === undefined ? counts : counts.map((_, vertex) => workMs.get(roles[vertex] ?? '') ?? 0);
  const { ends, by } = layersOf(weights, edges);
  let last: number | undefined;
  for (const [vertex, end] of ends.entries()) if (last === undefined || end > (ends[last] ?? 0)) last = vertex;
  const steps: PathStep[] = [];
  let output: string | undefined;
  for (let vertex = last; vertex !== undefined; ) {
    const edge = by[vertex] as (LayerEdge & RoleOrderEdge) | undefined;
    const name = roles[vertex];
    output = edge?.output ?? output;
    if (name !== undefined) {
      const [node, role] = splitName(name);
      steps.push({
        node,
        role,
        length: weights[vertex] ?? 0,
        ...(edge === undefined ? {} : { because: edge.kind }),
        ...(edge?.kind === 'input' && output !== undefined ? { output } : {}),
      });
      output = undefined;
    }
    vertex = edge?.from;
  }
  return {
    unit: workMs === undefined ? 'roles' : 'ms',
    length: last === undefined ? 0 : (ends[last] ?? 0),
    steps: steps.reverse(),
    unknown: workMs === undefined ? [] : roles.filter((role) => !workMs.has(role)),
  };
}
