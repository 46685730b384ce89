import {
  abortedError,
  type DeploymentState,
  type Epoch,
  groupSizes,
  HeddleError,
  isEnded,
  isUpThere,
  openEpoch,
  type RoleRecord,
  type RoleRef,
  readAbort,
  readRevisions,
  readRunner,
  readState,
  requestRerun,
  rolesToRetry,
  type Store,
  suggest,
  systemClock,
  unknownNode,
  wasLeft,
} from '@heddle/core';
import { who } from '../deployment/who.ts';
import { type Reach, rerunCommands } from '../views/rerun-commands.ts';
import { takenOrGone } from './taken-or-gone.ts';

export interface RetryOptions {
  readonly store: Store;
  readonly deployment: string;
  readonly node: string;
  /** Undefined: all of the node. */
  readonly role: string | undefined;
  /** The command that starts the agent of a node in an epoch, as a shell reads it. */
  readonly agentCommand: (node: string, epoch: string) => string;
  readonly tell: (text: string) => void;
}

/**
 * Have the roles of a node that did not end well, and what is downstream of them, run again by whoever runs their nodes; resolves when all
 * of that is taken.
 *
 * @throws not-found for a node or role that is not there; aborted while the deployment is; agent-gone when nobody runs the node any more;
 *   store errors.
 */
export async function retryNode({ store, deployment, node, role, agentCommand, tell }: RetryOptions): Promise<void> {
  const epoch = await openEpoch(store, deployment);
  const state = await readState(store, deployment, epoch.keys.epoch);
  const name = role === undefined ? `node ${node}` : `role ${role} of ${node}`;
  checkTarget(state, node, role);
  const abort = await readAbort(store, epoch);
  if (abort !== undefined) throw abortedError(`${name} cannot run again`, deployment, abort);
  const revisions = await readRevisions(store, epoch, state.roles, groupSizes(state.nodes));
  const isUp = isUpThere(await store.get(epoch.keys.up()), state.roles);
  const left = new Set(state.roles.filter(wasLeft).map((record) => record.node));
  const members = new Set(state.members.filter((member) => !left.has(member)));
  // Where heddle up runs, what has no record yet is about to begin, and an agent that went is looked after.
  const isLeft = (ref: RoleRef, record: RoleRecord | undefined) =>
    !members.has(ref.node) && (!isUp || record?.state === 'pending');
  const chosen = rolesToRetry({ nodes: state.nodes, records: state.roles, revisions, isLeft }, node, role);
  if (chosen.length === 0) return tell(nothingText(state, node, role));

  const reached = chosen.filter((ref) => isUp || members.has(ref.node));
  const goneOf = async (gone: string) => {
    const runner = await readRunner(store, state, gone);
    const reach = { ...runner, isUp: false, agentCommand: (name: string) => agentCommand(name, state.epoch) };
    return goneError(
      gone,
      chosen.filter((ref) => ref.node === gone),
      reach,
    );
  };
  if (!reached.some((ref) => ref.node === node)) throw await goneOf(node);
  const request = await requestRerun(store, epoch, reached, who(), systemClock);
  tell(`asked to run again: ${listText(reached)}`);
  const untaken = await Promise.all(
    request.nodes.map((asked) => settle(store, epoch, asked, (gone) => request.withdraw(gone))),
  );
  const unreached = [...chosen.filter((ref) => !reached.includes(ref)).map((ref) => ref.node), ...untaken.flat()];
  if (unreached.includes(node)) {
    tell('taken back: nobody has begun it');
    throw await goneOf(node);
  }
  for (const other of new Set(unreached)) {
    const { message, next } = await goneOf(other);
    tell(`${message}: ${next.join(', or ')}`);
  }
}

/** Resolves with the nodes of which nobody has taken what was asked. */
async function settle(
  store: Store,
  epoch: Epoch,
  node: string,
  withdraw: (node: string) => Promise<boolean>,
): Promise<readonly string[]> {
  if ((await takenOrGone(store, epoch, node)) === 'taken') return [];
  return (await withdraw(node)) ? [node] : [];
}

function checkTarget({ nodes, deployment }: DeploymentState, node: string, role: string | undefined): void {
  const found = nodes.find(({ name }) => name === node);
  if (found === undefined) throw unknownNode({ nodes, deployment }, node);
  const names = found.roles.map(({ name }) => name);
  if (role === undefined || names.includes(role)) return;
  throw new HeddleError('not-found', `node ${node} has no role ${role}${suggest(role, names, 'it has')}`, {
    next: ['heddle status  names them'],
  });
}

function nothingText({ roles, nodes }: DeploymentState, node: string, role: string | undefined): string {
  const names =
    role === undefined ? (nodes.find(({ name }) => name === node)?.roles.map(({ name }) => name) ?? []) : [role];
  const open = names.filter((name) => {
    const record = roles.find((candidate) => candidate.node === node && candidate.role === name);
    return record === undefined || !isEnded(record.state);
  });
  const what = role === undefined ? `node ${node}` : `role ${role} of ${node}`;
  if (open.length === 0) return `nothing to run again: ${what} ended well, and what it read still holds`;
  return `nothing to run again: ${open.join(', ')} of ${node} has not ended yet`;
}

function listText(roles: readonly RoleRef[]): string {
  const names = roles.slice(0, 10).map(({ node, role }) => `${node} role ${role}`);
  return names.join(', ') + (roles.length > 10 ? ` and ${roles.length - 10} more` : '');
}

/** Nobody takes what is asked of a node: whoever ran these roles of it has to run them again. */
function goneError(node: string, roles: readonly RoleRef[], reach: Reach): HeddleError {
  const commands = roles.flatMap((ref) => rerunCommands({ ...ref, hasAgent: false }, reach));
  return new HeddleError(
    'agent-gone',
    `nobody runs node ${node} any more: its agent has ended, and no heddle up is there to start another`,
    { next: [...new Set(commands)] },
  );
}
