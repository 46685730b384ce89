import type { RoleRef, Runner } from '@heddle/core';

/** Who runs a node, and how an agent of it is started. */
export interface Reach extends Runner {
  /** The command that starts the agent of a node, as a shell reads it. */
  readonly agentCommand: (node: string) => string;
}

/**
 * Say which command runs a role again: a command, two blanks, what it does.
 *
 * A node that is connected runs it by itself, and a `heddle up` that is there starts it; otherwise whatever ran it has to be started again.
 * @param when  What has to be so before, `once it is repaired`.
 */
export function rerunCommands(
  { node, role, hasAgent }: RoleRef & { readonly hasAgent: boolean },
  { isUp, isolation, typed, agentCommand }: Reach,
  when?: string,
): readonly string[] {
  const once = when === undefined ? '' : `, ${when}`;
  if (hasAgent || isUp) return [`heddle retry ${node}:${role}  runs it again${once}`];
  // A role of the start is no command that can be typed: it runs beside one.
  const isBeside = typed?.beside.includes(role) === true;
  const runsIt = isBeside ? 'runs it again beside that' : 'runs it again';
  const again =
    typed === undefined
      ? []
      : [
          `heddle exec --node ${node} --role ${isBeside ? typed.role : role} -- COMMAND  on its machine ${runsIt}${once}: so it was run before`,
        ];
  // An agent that is typed would run the node's roles on the computer itself, where `heddle up` may have made a machine for them.
  const up = isolation === undefined ? [] : [`heddle up --resume  runs it again${once}`];
  if (again.length > 0 || up.length > 0) return [...again, ...up];
  return [`${agentCommand(node)}  on the machine of ${node} runs it again${once}`];
}
