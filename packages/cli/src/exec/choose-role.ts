import { didYouMean, HeddleError, type PlanNode, type PlanRole, type RoleState, suggest } from '@heddle/core';

/** A role of the node as `heddle exec` sees it. */
export interface Candidate {
  readonly role: PlanRole;
  readonly state: RoleState;
  /** True when the role's adapter takes the command for a run of it. */
  readonly isRecognised: boolean;
}

/**
 * Choose the role that a command is a run of: the named one, or the first in order that has not ended well and whose adapter recognises the command.
 *
 * @throws usage, with the candidates, when no role recognises it or roles of different adapters do; not-found for a name that the node does not have.
 */
export function chooseRole(
  node: PlanNode,
  command: readonly string[],
  candidates: readonly Candidate[],
  named: string | undefined,
): PlanRole {
  if (named !== undefined) {
    const role = node.roles.find(({ name }) => name === named);
    if (role !== undefined) return role;
    const names = node.roles.map(({ name }) => name);
    throw new HeddleError('not-found', `node ${node.name} has no role ${named}${suggest(named, names, 'it has')}`, {
      next: [`heddle exec --node ${node.name} --role ${didYouMean(named, names) ?? 'ROLE'} -- COMMAND`],
    });
  }
  const possible = candidates.filter(({ state, isRecognised }) => isRecognised && state !== 'done');
  const [first] = possible;
  const line = command.join(' ');
  if (first === undefined) {
    throw new HeddleError('usage', `"${line}" is no run of a role of ${node.name} that is still to be done`, {
      notes: candidates.map(describe),
      next: [
        'name the role: heddle exec --role ROLE -- COMMAND',
        ...(candidates.some(({ isRecognised }) => isRecognised)
          ? ['or begin anew, with every role of every node to be done: heddle seed FILE']
          : []),
      ],
    });
  }
  // Roles of one adapter run in order, so the first one is meant; between adapters nothing says which.
  if (possible.some(({ role }) => role.adapter !== first.role.adapter)) {
    throw new HeddleError('usage', `"${line}" can be a run of several roles of ${node.name}`, {
      notes: possible.map(describe),
      next: ['name the role: heddle exec --role ROLE -- COMMAND'],
    });
  }
  return first.role;
}

function describe({ role, state }: Candidate): string {
  return `role ${role.name} (${role.adapter}): ${state}`;
}
