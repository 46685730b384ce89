import { cyclicComponents } from '../plan/graph.ts';
import { splitName } from '../plan/names.ts';
import type { PlanNode } from '../plan/plan.ts';
import { type LinkKind, PlanLinks, type RoleLink } from './graph-links.ts';
import { type Holdup, Holdups, type WhyState } from './holdups.ts';
import { type RoleView, statusView } from './status.ts';
import { isAfterWait } from './wait-parts.ts';

export interface GraphRole {
  /** `NODE.ROLE`, or `GROUP[*].ROLE`. */
  readonly id: string;
  readonly name: string;
  readonly adapter: string;
  /** The rest only of a deployment that is in a store. For a group that is drawn as one: the state that most needs to be seen. */
  readonly state?: RoleView['state'];
  /** Of a group that is drawn as one: how many members are in which state. */
  readonly counts?: Readonly<Partial<Record<RoleView['state'], number>>>;
  /** Roles here that ended well and have read what was written again since. @default none */
  readonly outdated?: number;
  /** In which wave of the plan it is; only in a picture of a plan. */
  readonly wave?: number;
  /** On the critical path of the plan. */
  readonly isCritical?: true;
  /** What it does now: its step, or what it waits for; of a group that is drawn as one, which members are in `state`. */
  readonly now?: string;
}

/** A node, or a group that is drawn as one. */
export interface GraphBox {
  readonly name: string;
  /** Members of a group that is drawn as one. */
  readonly count?: number;
  readonly roles: readonly GraphRole[];
}

/** Drawn from the role that comes first to the one that needs it. */
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /**
   * `by-name`: no input of the plan, but what a role that reads other nodes by name waits for now. `static`: what Heat has resolved before the
   * machine starts.
   */
  readonly kind: LinkKind | 'by-name' | 'static';
  /** With `input` and `by-name`: the names of the outputs that are read. */
  readonly outputs: readonly string[];
  /** On a cycle of the plan: it ends well if every role writes before it reads. */
  readonly isCyclic: boolean;
  /** Readers that wait for one of these outputs now. */
  readonly waiting: number;
  /** On a cycle of waits, now. */
  readonly isStuck: boolean;
  /** On the critical path of the plan. */
  readonly isCritical?: true;
}

export interface GraphView {
  readonly deployment: string;
  readonly epoch?: string;
  readonly boxes: readonly GraphBox[];
  readonly edges: readonly GraphEdge[];
  /** Cycles of the plan, and of waits that can never end by themselves; each as the roles on it. */
  readonly cycles: readonly (readonly string[])[];
  /** The roles that may read other nodes by name: what they read is in no plan. */
  readonly readByName: readonly string[];
}

export interface GraphOptions {
  readonly deployment: string;
  /** Groups of more members are drawn as one box. @default 1: every group is one */
  readonly mostMembers?: number;
  /** What goes on, and when that was in milliseconds since 1970. */
  readonly live?: { readonly state: WhyState; readonly nowMs: number };
}

/** Make the picture of a plan: nodes as boxes, roles inside them, edges by binding. */
export function graphView(nodes: readonly PlanNode[], { deployment, mostMembers = 1, live }: GraphOptions): GraphView {
  const counts = new Map<string, number>();
  for (const { group } of nodes) if (group !== null) counts.set(group, (counts.get(group) ?? 0) + 1);
  const boxNames = new Map(
    nodes.map(({ name, group }) => [
      name,
      group !== null && (counts.get(group) ?? 0) > mostMembers ? `${group}[*]` : name,
    ]),
  );
  const nameOf = (role: string) => {
    const [node, name] = splitName(role);
    return `${boxNames.get(node) ?? node}.${name}`;
  };
  const links = new PlanLinks(nodes);
  const planned = links.cycles();
  const drawn = links.list(nameOf);
  const waits = liveLinks(live?.state, nameOf, drawn);
  const isPlanned = (cycle: readonly string[]) => planned.some((other) => cycle.every((role) => other.includes(role)));
  const cycles = [...planned, ...waits.cycles.filter((cycle) => !isPlanned(cycle))];
  const roles = live === undefined ? [] : statusView(live.state, live.nowMs).roles;
  return {
    deployment,
    ...(live === undefined ? {} : { epoch: live.state.epoch }),
    boxes: boxesOf(nodes, boxNames, roles),
    edges: edgesOf(
      [...drawn, ...waits.byName],
      planned.map((cycle) => new Set(cycle.map(nameOf))),
      waits,
    ),
    cycles,
    readByName: [
      ...new Set(
        nodes.flatMap(({ name, roles: own }) =>
          own.flatMap((role) => (role.readsPeers === true ? [nameOf(`${name}.${role.name}`)] : [])),
        ),
      ),
    ],
  };
}

function boxesOf(
  nodes: readonly PlanNode[],
  boxNames: ReadonlyMap<string, string>,
  views: readonly RoleView[],
): readonly GraphBox[] {
  const members = new Map<string, PlanNode[]>();
  for (const node of nodes) {
    const box = boxNames.get(node.name) ?? node.name;
    const known = members.get(box);
    if (known === undefined) members.set(box, [node]);
    else known.push(node);
  }
  const viewsOf = new Map<string, RoleView[]>();
  for (const view of views) {
    const id = `${boxNames.get(view.node) ?? view.node}.${view.role}`;
    const known = viewsOf.get(id);
    if (known === undefined) viewsOf.set(id, [view]);
    else known.push(view);
  }
  return [...members].map(([name, [first, ...others]]) => ({
    name,
    ...(first?.name === name ? {} : { count: others.length + 1 }),
    roles: (first?.roles ?? []).map((role) => {
      const id = `${name}.${role.name}`;
      return { id, name: role.name, adapter: role.adapter, ...liveFacts(viewsOf.get(id) ?? [], first?.name !== name) };
    }),
  }));
}

/** What most needs to be seen comes first. */
const urgency = ['failed', 'lost', 'aborted', 'waiting', 'running', 'pending', 'done'] as const;

function liveFacts(
  views: readonly RoleView[],
  isGroup: boolean,
): Pick<GraphRole, 'state' | 'counts' | 'now' | 'outdated'> {
  const state = urgency.find((candidate) => views.some((view) => view.state === candidate));
  const view = views.find((candidate) => candidate.state === state);
  if (state === undefined || view === undefined) return {};
  const outdated = views.filter((candidate) => candidate.outdated.length > 0).length;
  const age = outdated === 0 ? {} : { outdated };
  if (!isGroup) {
    const now = nowOf(view);
    return { state, ...age, ...(now === undefined ? {} : { now }) };
  }
  const counts: Partial<Record<RoleView['state'], number>> = {};
  for (const name of urgency) {
    const count = views.filter((candidate) => candidate.state === name).length;
    if (count > 0) counts[name] = count;
  }
  const names = views.filter((candidate) => candidate.state === state).map(({ node }) => node);
  const isTold = names.length < views.length && state !== 'done' && state !== 'pending';
  return { state, counts, ...age, ...(isTold ? { now: `${state}: ${firstOf(names)}` } : {}) };
}

const mostNamed = 3;

function firstOf(names: readonly string[]): string {
  const more = names.length - mostNamed;
  return `${names.slice(0, mostNamed).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function nowOf({ state, step, waits: [wait] }: RoleView): string | undefined {
  if (state === 'running') return step;
  if (state !== 'waiting' || wait === undefined) return undefined;
  const [first] = wait.missing;
  return `for ${first}${wait.missingCount > 1 ? ` and ${wait.missingCount - 1} more` : ''}`;
}

interface LiveLinks {
  /** Readers that wait, by edge and output. */
  readonly waiting: ReadonlyMap<string, ReadonlySet<string>>;
  readonly stuck: ReadonlySet<string>;
  /** What is waited for without being an input of the plan. */
  readonly byName: readonly DrawnLink[];
  /** Of roles that hold up one another. */
  readonly cycles: readonly (readonly string[])[];
}

type DrawnLink = Omit<RoleLink, 'kind'> & Pick<GraphEdge, 'kind'>;

function liveLinks(
  state: WhyState | undefined,
  nameOf: (role: string) => string,
  planned: readonly RoleLink[],
): LiveLinks {
  const waiting = new Map<string, Set<string>>();
  if (state === undefined) return { waiting, stuck: new Set(), byName: [], cycles: [] };
  const inputs = new Set(
    planned.flatMap(({ kind, from, to, output }) => (kind === 'input' ? [`${from} ${to} ${output}`] : [])),
  );
  const byName = new Map<string, DrawnLink>();
  const holdups = new Holdups(state);
  const roles = state.nodes.flatMap((node) => node.roles.map((role) => `${node.name}.${role.name}`));
  const indexes = new Map(roles.map((role, index) => [role, index]));
  const graph: number[][] = [];
  const keys: { readonly from: number; readonly to: number; readonly key: string }[] = [];
  for (const [index, role] of roles.entries()) {
    const targets: number[] = [];
    graph.push(targets);
    for (const holdup of holdups.of(role)) {
      const to = indexes.get(holdup.producer);
      if (holdup.kind === 'failed' || to === undefined) continue;
      targets.push(to);
      const link = linkOf(holdup, nameOf(holdup.producer), nameOf(role), inputs);
      const key = edgeKey(link.kind, link.from, link.to);
      if (link.kind === 'by-name') byName.set(`${key} ${link.output}`, link);
      keys.push({ from: index, to, key });
      if (holdup.kind === 'wait') waiting.set(key, (waiting.get(key) ?? new Set()).add(role));
    }
  }
  const cyclic = cyclicComponents(graph);
  const components = new Map(cyclic.flatMap((component, number) => component.map((vertex) => [vertex, number])));
  const stuck = keys.filter(
    ({ from, to }) =>
      holdups.stuck.has(roles[from] ?? '') &&
      components.get(from) !== undefined &&
      components.get(from) === components.get(to),
  );
  const cycles = cyclic.map((component) => component.map((vertex) => roles[vertex] ?? ''));
  return {
    waiting,
    stuck: new Set(stuck.map(({ key }) => key)),
    byName: [...byName.values()],
    cycles: cycles.filter((cycle) => cycle.every((role) => holdups.stuck.has(role))),
  };
}

/** The link along which a role is held up, between boxes as they are drawn. */
function linkOf(
  holdup: Exclude<Holdup, { kind: 'failed' }>,
  from: string,
  to: string,
  inputs: ReadonlySet<string>,
): DrawnLink {
  if (holdup.kind === 'order') return { kind: 'order', from, to };
  if (isAfterWait(holdup.wait)) return { kind: 'after', from, to };
  const [, output] = splitName(holdup.for);
  return { kind: inputs.has(`${from} ${to} ${output}`) ? 'input' : 'by-name', from, to, output };
}

function edgesOf(
  links: readonly DrawnLink[],
  cycles: readonly ReadonlySet<string>[],
  { waiting, stuck }: LiveLinks,
): readonly GraphEdge[] {
  const edges = new Map<string, { readonly link: DrawnLink; readonly outputs: string[] }>();
  for (const link of links) {
    const key = edgeKey(link.kind, link.from, link.to);
    const edge = edges.get(key) ?? { link, outputs: [] };
    if (link.output !== undefined) edge.outputs.push(link.output);
    edges.set(key, edge);
  }
  return [...edges].map(([key, { link, outputs }]) => ({
    from: link.from,
    to: link.to,
    kind: link.kind,
    outputs,
    isCyclic: cycles.some((cycle) => cycle.has(link.from) && cycle.has(link.to)),
    waiting: waiting.get(key)?.size ?? 0,
    isStuck: stuck.has(key),
  }));
}

function edgeKey(kind: GraphEdge['kind'], from: string, to: string): string {
  return `${kind} ${from} ${to}`;
}
