import {
  Awaiter,
  awaitRoles,
  type Epoch,
  type HeddleError,
  inOrder,
  NodeSession,
  type PlanRole,
  RoleReporter,
  type RoleState,
  readSlice,
  recallValues,
  Stewardship,
  type Store,
  takeDueRoles,
  throwIfAborted,
  toHeddleError,
} from '@heddle/core';
import type { ProgramNode, ProgramRole } from '../program/program.ts';
import type { SimProcess } from '../time/process.ts';
import type { Observations } from './observations.ts';
import { SimRoleRun } from './role-run.ts';

export interface SimAgentOptions {
  readonly process: SimProcess;
  readonly store: Store;
  readonly epoch: Epoch;
  readonly program: ProgramNode;
  /** Counts the starts of this node's agent, from 1. */
  readonly run: number;
  readonly random: () => number;
  readonly seen: Observations;
}

/**
 * Run the roles of a node in order, as its agent does, with a program in the place of a CM tool.
 *
 * @throws fenced, and errors of the store that leave nothing to go on with.
 */
export async function runSimAgent(options: SimAgentOptions): Promise<void> {
  const { process, store, epoch, program, random } = options;
  const { clock } = process;
  const slice = await readSlice(store, epoch, program.name);
  const over = new AbortController();
  const ended = (why: HeddleError) => over.abort(why);
  const session = await NodeSession.begin({ store, epoch, node: program.name, clock, random, ended });
  const awaiter = new Awaiter(session, slice, {
    waiting: () => undefined,
    stillWaiting: () => undefined,
    recordFailed: () => undefined,
  });
  const stewardship = new Stewardship(session, (error) => options.seen.faults.push(`a steward: ${error.stack}`));
  try {
    await recallValues(session, slice);
    const { due } = await takeDueRoles(session, slice);
    const { incarnation, clock } = session;
    options.seen.begun.push({ node: program.name, incarnation: Number(incarnation), atMs: clock.monotonicMs() });
    const run = async (role: PlanRole) => {
      const steps = program.roles.find(({ name }) => name === role.name);
      if (steps === undefined) throw new Error(`there is no program for role ${role.name} of ${program.name}`);
      await runRole(options, { session, awaiter, over: over.signal }, role, steps);
    };
    const beside = Promise.allSettled(due.filter(({ atStart }) => atStart === true).map(run));
    try {
      for (const role of inOrder(due)) await run(role);
    } finally {
      await beside;
    }
    for (const end of await beside) if (end.status === 'rejected') throw end.reason;
    await session.recorded();
  } finally {
    await awaiter.close().finally(() => stewardship.close());
  }
}

/** What the roles of one incarnation have in common. */
interface Turn {
  readonly session: NodeSession;
  readonly awaiter: Awaiter;
  /** Aborted when another agent has the node. */
  readonly over: AbortSignal;
}

async function runRole(
  { run, seen }: SimAgentOptions,
  { session, awaiter, over }: Turn,
  role: PlanRole,
  program: ProgramRole,
): Promise<void> {
  const entry: Observations['roles'][number] = {
    node: session.node,
    role: role.name,
    run,
    incarnation: Number(session.incarnation),
    startedMs: session.clock.monotonicMs(),
  };
  seen.roles.push(entry);
  const ended = (state: RoleState, error?: HeddleError) => {
    entry.endedMs = session.clock.monotonicMs();
    entry.state = state;
    if (error !== undefined) entry.error = error;
  };
  try {
    await awaitRoles(session, role, over, {
      waiting: () => undefined,
      stillToRun: () => undefined,
      recordFailed: () => undefined,
    });
    throwIfAborted(session, () => `${session.node} role ${role.name} was not started`);
  } catch (thrown) {
    entry.failedToStartMs = session.clock.monotonicMs();
    const error = toHeddleError(thrown);
    const state = error.code === 'aborted' ? 'aborted' : 'failed';
    const unwritten = role.outputs.map(({ name }) => name);
    await new RoleReporter(session, role.name, unwritten).end({ state, error: error.toJSON(), unwritten });
    return ended(state, error);
  }
  entry.begunMs = session.clock.monotonicMs();
  const { state, error } = await new SimRoleRun({ session, awaiter, over, role, program, run, seen }).run();
  ended(state, error);
}
