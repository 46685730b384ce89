import type { Server } from '../model/role.ts';
import type { DataMap } from '../read/data.ts';

/**
 * What `node.json` says of which node a machine is.
 *
 * Members of a group share their user data: Heat writes the index of a member into that of a ResourceGroup; a member of an
 * AutoScalingGroup takes a place in its group when it has booted.
 */
export function identity({ node, group }: Server): DataMap {
  if (group === undefined) return { node };
  return group.indexVariable === undefined ? { group: node } : { node: `${node}-${group.indexVariable}` };
}

/**
 * Say what is wrong with an index variable: Heat replaces it wherever it stands in the user data.
 *
 * @param text  What stands there whatever the user has written.
 */
export function indexVariableFault(variable: string, text: string): string | undefined {
  const isIdOfValue = /^s?[0-9a-f]+$/.test(variable);
  if (!isIdOfValue && !text.includes(variable)) return undefined;
  return `Heat would replace "${variable}" in what Heddle writes into the user data, too: choose an index_var such as "%index%"`;
}
