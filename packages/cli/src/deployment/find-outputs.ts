import type { FindContext } from '@heddle/agent';
import { addFoundOutputs, declaredRole, evaluate, type FoundValues, type Plan, type PlanWithFound } from '@heddle/core';
import { installedAdapter } from './adapter-traits.ts';

/** Add to a plan what adapters find in the files of its roles. */
export async function findOutputs(plan: Plan): Promise<PlanWithFound> {
  const found = new Map<string, FoundValues>();
  for (const [name, contexts] of contextsByAdapter(plan)) {
    const adapter = await installedAdapter(name, plan.directory);
    if (adapter?.find === undefined) continue;
    const values = await adapter.find([...contexts.values()]);
    for (const [index, key] of [...contexts.keys()].entries()) {
      const value = values[index];
      if (value !== undefined) found.set(key, value);
    }
  }
  return found.size === 0 ? { plan, sharable: [], notes: [] } : addFoundOutputs(plan, found);
}

function contextsByAdapter(plan: Plan): ReadonlyMap<string, ReadonlyMap<string, FindContext>> {
  const members = new Map<string, string[]>();
  for (const { name, group } of plan.nodes) {
    const known = members.get(group ?? name);
    if (known === undefined) members.set(group ?? name, [name]);
    else known.push(name);
  }
  const peers = plan.nodes
    .filter(({ index }) => index === 0)
    .map(({ name, group, roles }) => ({
      name: group ?? name,
      members: members.get(group ?? name) ?? [],
      outputs: roles.flatMap(({ outputs }) => outputs),
    }));
  const byAdapter = new Map<string, Map<string, FindContext>>();
  for (const node of plan.nodes) {
    if (node.index !== 0) continue;
    for (const role of node.roles) {
      const contexts = byAdapter.get(role.adapter) ?? new Map<string, FindContext>();
      const options = evaluate(role.options, { directory: plan.directory });
      const own = members.get(node.group ?? node.name) ?? [];
      contexts.set(declaredRole(node, role), { role, options, directory: plan.directory, members: own, peers });
      byAdapter.set(role.adapter, contexts);
    }
  }
  return byAdapter;
}
