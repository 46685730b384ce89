import { references } from '../expressions/references.ts';
import type { PlanNode } from '../plan/plan.ts';

/**
 * List the declared outputs that no input reads, `NODE.OUTPUT` or `GROUP[*].OUTPUT`, in plan order. Those that are there by no word of the file are left out.
 *
 * Roles that read other nodes by name may read them all the same.
 */
export function unreadOutputs(nodes: readonly PlanNode[]): readonly string[] {
  const declarations = new Map(nodes.map(({ name, group }) => [name, declarationOf(name, group)]));
  const read = new Set<string>();
  for (const { roles } of nodes) {
    for (const { inputs } of roles) {
      for (const { expression } of inputs) {
        for (const need of references(expression)) {
          const declaration = need.kind === 'gather' ? `${need.group}[*]` : declarations.get(need.node);
          read.add(`${declaration ?? ''}.${need.output}`);
        }
      }
    }
  }
  const unread = nodes.flatMap(({ name, group, roles }) =>
    roles.flatMap(({ outputs }) =>
      outputs.flatMap((output) => {
        const id = `${declarationOf(name, group)}.${output.name}`;
        return output.implicit === true || output.found === true || read.has(id) ? [] : [id];
      }),
    ),
  );
  return [...new Set(unread)];
}

function declarationOf(name: string, group: string | null): string {
  return group === null ? name : `${group}[*]`;
}
