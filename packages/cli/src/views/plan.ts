import { type GraphEdge, type GraphView, graphView, type Plan, type PlanView, planView, splitName } from '@heddle/core';
import type { Planned, StaticEdge } from '../plan/load-planned.ts';
import type { MeasuredWork } from '../plan/measured-work.ts';

/** An edge as `heddle plan -o json` prints it, from what comes first; roles as in the picture, groups folded. */
export interface PlanEdge extends Pick<GraphEdge, 'from' | 'to' | 'outputs' | 'isCyclic'> {
  /** `input`: read at run time; `static`: resolved by Heat before the machine starts; `after` and `order`: one ends before the other starts. */
  readonly kind: GraphEdge['kind'];
}

/** What `heddle plan -o json` prints. */
export interface PlanReport extends PlanView {
  readonly heddlePlanView: 1;
  /** The epoch that the durations are of. */
  readonly measuredIn?: string;
  readonly edges: readonly PlanEdge[];
  /** Roles that may read other nodes by name: what they read is in no plan. */
  readonly readByName: readonly string[];
  /** Outputs that were found in the files of roles, for those that read by name. */
  readonly found: readonly string[];
  readonly warnings: readonly string[];
}

/** A plan laid out, and its picture. */
export interface PlanPicture {
  readonly report: PlanReport;
  readonly graph: GraphView;
}

/** Lay out a plan and draw it. */
export function planPicture(
  { plan, staticEdges, shown }: Planned,
  { measured, mostMembers }: { readonly measured?: MeasuredWork; readonly mostMembers?: number },
): PlanPicture {
  const { deployment, nodes } = plan;
  const view = planView(nodes, { deployment, ...(measured === undefined ? {} : { workMs: measured.workMs }) });
  const drawn = graphView(nodes, { deployment, ...(mostMembers === undefined ? {} : { mostMembers }) });
  const graph = withStatics(withWaves(drawn, view, plan), staticEdges, plan);
  const visible = new Set(shown);
  return {
    graph,
    report: {
      heddlePlanView: 1,
      ...view,
      unread: view.unread.filter((output) => !visible.has(output)),
      ...(measured === undefined ? {} : { measuredIn: measured.epoch }),
      edges: graph.edges.map(({ from, to, kind, outputs, isCyclic }) => ({ from, to, kind, outputs, isCyclic })),
      readByName: graph.readByName,
      found: foundOutputs(nodes),
      warnings: plan.warnings,
    },
  };
}

/** Name the outputs that were found in files, those of a group once. */
function foundOutputs(nodes: Plan['nodes']): readonly string[] {
  return nodes
    .filter(({ index }) => index === 0)
    .flatMap(({ name, group, roles }) =>
      roles.flatMap(({ outputs }) =>
        outputs.flatMap((output) =>
          output.found === true ? [`${group === null ? name : `${group}[*]`}.${output.name}`] : [],
        ),
      ),
    );
}

/** Name a role as the picture does: by its node, or by the group that is drawn as one. */
function drawnNames(graph: GraphView, { nodes }: Plan): (role: string) => string {
  const boxes = new Set(graph.boxes.map(({ name }) => name));
  const groups = new Map(nodes.map(({ name, group }) => [name, group]));
  return (id) => {
    const [node, role] = splitName(id);
    return boxes.has(node) ? id : `${groups.get(node) ?? node}[*].${role}`;
  };
}

function withWaves(graph: GraphView, { waves, criticalPath }: PlanView, plan: Plan): GraphView {
  const nameOf = drawnNames(graph, plan);
  const waveOf = new Map(
    waves.flatMap(({ wave, roles }) =>
      roles.flatMap(({ nodes, role }) => nodes.map((node) => [nameOf(`${node}.${role}`), wave] as const)),
    ),
  );
  const steps = criticalPath.steps.map(({ node, role }) => nameOf(`${node}.${role}`));
  const critical = new Set(steps);
  const ways = new Set(
    criticalPath.steps.map(({ because }, index) => `${because} ${steps[index - 1]} ${steps[index]}`),
  );
  return {
    ...graph,
    boxes: graph.boxes.map((box) => ({
      ...box,
      roles: box.roles.map((role) => {
        const wave = waveOf.get(role.id);
        return {
          ...role,
          ...(wave === undefined ? {} : { wave }),
          ...(critical.has(role.id) ? { isCritical: true as const } : {}),
        };
      }),
    })),
    edges: graph.edges.map((edge) =>
      ways.has(`${edge.kind} ${edge.from} ${edge.to}`) ? { ...edge, isCritical: true } : edge,
    ),
  };
}

/** No name of a node has a capital letter. */
const heatBox = 'Heat';

/** Draw what Heat resolves as a box of its own. */
function withStatics(graph: GraphView, statics: readonly StaticEdge[], plan: Plan): GraphView {
  if (statics.length === 0) return graph;
  const nameOf = drawnNames(graph, plan);
  const edges = new Map<string, { readonly from: string; readonly to: string; readonly outputs: Set<string> }>();
  for (const { from, to, reads } of statics) {
    const name = nameOf(to);
    const edge = edges.get(`${from} ${name}`) ?? { from: `${heatBox}.${from}`, to: name, outputs: new Set() };
    edges.set(`${from} ${name}`, { ...edge, outputs: edge.outputs.add(reads) });
  }
  const sources = [...new Set(statics.map(({ from }) => from))];
  return {
    ...graph,
    boxes: [
      {
        name: heatBox,
        roles: sources.map((name) => ({ id: `${heatBox}.${name}`, name, adapter: 'resolved by Heat' })),
      },
      ...graph.boxes,
    ],
    edges: [
      ...[...edges.values()].map(
        ({ outputs, ...edge }): GraphEdge => ({
          ...edge,
          kind: 'static',
          outputs: [...outputs],
          isCyclic: false,
          waiting: 0,
          isStuck: false,
        }),
      ),
      ...graph.edges,
    ],
  };
}
