import { HeddleError } from '../errors/heddle-error.ts';
import { memberName } from '../expressions/expression.ts';
import { type Need, references } from '../expressions/references.ts';
import { suggest } from '../text/did-you-mean.ts';
import type { Plan, PlanNode, PlanRole, PlanSlice } from './plan.ts';
import { sharedSecretsOf } from './shared-reads.ts';
import { peersOf } from './traits.ts';

/** A plan does not change; seeding a thousand nodes asks for a thousand slices. */
const indexes = new WeakMap<Plan, ReadonlyMap<string, PlanNode>>();

/**
 * Cut out what one node reads of the plan: its roles, the producing role of every output that they read, and its peers if a role reads them.
 *
 * @throws `not-found` when the plan has no such node.
 */
export function sliceFor(plan: Plan, name: string): PlanSlice {
  const nodes = indexOf(plan);
  const node = nodes.get(name);
  if (node === undefined) {
    const hint = suggest(name, [...nodes.keys()], 'it has');
    throw new HeddleError('not-found', `the deployment ${plan.deployment} has no node "${name}"${hint}`, {
      details: { node: name },
    });
  }
  const producers = new Map<string, string>();
  const sensitive = new Set<string>();
  for (const input of node.roles.flatMap((role) => role.inputs)) {
    for (const need of references(input.expression)) {
      const key = needKey(need);
      const found = producerOf(need, nodes);
      if (found === undefined) continue;
      producers.set(key, found.role.name);
      if (found.isSensitive) sensitive.add(key);
    }
  }
  const peers = node.roles.some((role) => role.readsPeers) ? peersOf(plan) : undefined;
  for (const key of sharedSecretsOf(node, peers ?? [])) sensitive.add(key);
  return {
    heddlePlan: 1,
    deployment: plan.deployment,
    directory: plan.directory,
    ...(plan.graceMs === undefined ? {} : { graceMs: plan.graceMs }),
    node,
    producers: Object.fromEntries(producers),
    sensitive: [...sensitive],
    ...(peers === undefined ? {} : { peers }),
  };
}

/** The key of an output in a slice: `NODE.OUTPUT`, or `GROUP[*].OUTPUT` for a gather. */
function needKey(need: Need): string {
  return need.kind === 'gather' ? `${need.group}[*].${need.output}` : `${need.node}.${need.output}`;
}

/** All members of a group have the same roles, so the first one answers for a gather. */
function producerOf(
  need: Need,
  nodes: ReadonlyMap<string, PlanNode>,
): { role: PlanRole; isSensitive: boolean } | undefined {
  const node = nodes.get(need.kind === 'gather' ? memberName(need.group, 0) : need.node);
  for (const role of node?.roles ?? []) {
    const output = role.outputs.find(({ name }) => name === need.output);
    if (output !== undefined) return { role, isSensitive: output.sensitive };
  }
  return undefined;
}

function indexOf(plan: Plan): ReadonlyMap<string, PlanNode> {
  const known = indexes.get(plan);
  if (known !== undefined) return known;
  const built = new Map(plan.nodes.map((node) => [node.name, node]));
  indexes.set(plan, built);
  return built;
}
