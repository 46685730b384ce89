import {
  Awaiter,
  type Epoch,
  explainDenied,
  HeddleError,
  isHeddleError,
  NodeSession,
  type PlanRole,
  type PlanSlice,
  recallValues,
  type StaticValues,
  Stewardship,
  type Store,
  systemClock,
  takeDueRoles,
  takeStartRoles,
} from '@heddle/core';
import { CurrentPlan } from './current-plan.ts';
import type { EventHub } from './events/events.ts';
import { waitObserver } from './events/wait-observer.ts';
import type { Entrance, Guest } from './outside/entrance.ts';
import { whatIsAsked } from './outside/what-is-asked.ts';
import { Beside } from './resume/beside.ts';
import { runQueue } from './resume/run-queue.ts';
import type { RoleOutcome } from './role/role-run.ts';
import type { RoleRunner, Turn } from './role/role-runner.ts';
import { serveSocket } from './socket/server.ts';

export interface IncarnationOptions {
  readonly store: Store;
  readonly epoch: Epoch;
  readonly node: string;
  readonly slice: PlanSlice;
  /** True when this agent has had the node before. */
  readonly isAgain: boolean;
  readonly socketPath: string;
  readonly version: string;
  /** Aborted when the agent is stopped. */
  readonly stopping: AbortSignal;
  /** Repeat what may be repeated while the store does not answer. */
  readonly patiently: <T>(operation: () => Promise<T>) => Promise<T>;
  /** Read the node's slice as it is now. Throws store errors. */
  readonly readSlice: () => Promise<PlanSlice>;
  /** Whether the node was declared lost. */
  readonly isLost: () => Promise<boolean>;
  readonly events: EventHub;
  readonly entrance: Entrance;
  readonly runner: RoleRunner;
  readonly staticValues?: StaticValues;
  /** Run this role alone. @default all */
  readonly only?: string;
}

/**
 * Take a node, and run its roles as one incarnation: hold the session, serve the socket, run what is due and what is asked.
 *
 * @returns How each role ended, in plan order; undefined when the node was declared lost meanwhile.
 * @throws agent-busy; fenced; store errors that leave nothing to go on with.
 */
export async function runIncarnation(options: IncarnationOptions): Promise<readonly RoleOutcome[] | undefined> {
  const { store, epoch, events, stopping, runner } = options;
  const incarnation = new AbortController();
  const ending = AbortSignal.any([stopping, incarnation.signal]);
  let isOver = false;
  const ended = (why: HeddleError) => {
    incarnation.abort(why);
    if (!isOver) runner.stop(why);
  };
  try {
    const session = await begin(options, ended);
    events.emit({ type: 'began', incarnation: session.incarnation });
    // What it did last may not have been written.
    const check = () => (stopping.aborted ? undefined : incarnation.signal.throwIfAborted());
    return await attend(options, session, ending, check);
  } catch (thrown) {
    const error = await explainDenied(store, epoch, thrown);
    if (!isFenced(error)) throw error;
    if (!stopping.aborted && (await options.isLost())) return undefined;
    const reason: unknown = ending.reason;
    // What fenced a write is that of which the watch knows the cause.
    throw isFenced(reason) ? reason : error;
  } finally {
    isOver = true;
  }
}

function begin(options: IncarnationOptions, ended: (why: HeddleError) => void): Promise<NodeSession> {
  const { store, epoch, node, slice, isAgain, patiently, only } = options;
  const roles = only === undefined ? {} : { roles: [...startRolesOf(slice), only] };
  const take = () => NodeSession.begin({ store, epoch, node, clock: systemClock, ended, ...roles });
  // Whoever starts an agent is told at once that there is no store; one that takes its node again has roles to run.
  return isAgain ? patiently(take) : take();
}

/** Do what an agent does while it has its node; `check` throws when that has ended. */
async function attend(
  options: IncarnationOptions,
  session: NodeSession,
  ending: AbortSignal,
  check: () => void,
): Promise<readonly RoleOutcome[]> {
  const { epoch, node, slice, readSlice, patiently, socketPath, version, events, entrance, runner, staticValues } =
    options;
  const observer = waitObserver(events);
  const awaiterOf = (now: PlanSlice) => new Awaiter(session, now, observer, staticValues);
  const plan = new CurrentPlan({ slice, read: readSlice, patiently, awaiterOf });
  const stewardship = new Stewardship(session, (error) => observer.recordFailed(error));
  const { deployment } = epoch;
  const host = { deployment, epoch: epoch.keys.epoch, node, events, entrance, activeRun: () => runner.active };
  session.onAbort((record) => runner.tellAbort(deployment, record));
  const stopServing = await serveSocket(socketPath, host, version);
  try {
    const outcomes = await runRoles(options, { session, plan, ending }).catch(async (thrown: unknown) => {
      // How its roles ended is recorded all the same. What it ended of is told, not what else that does to records.
      await session.recorded().catch(() => undefined);
      throw thrown;
    });
    await session.recorded();
    check();
    return outcomes;
  } finally {
    await stopServing();
    await plan.close().finally(() => stewardship.close());
  }
}

async function runRoles(options: IncarnationOptions, turn: Turn): Promise<readonly RoleOutcome[]> {
  const { events, entrance, runner, patiently, only } = options;
  const { session, plan, ending } = turn;
  // Roles may have ended by a larger plan than the one that this process began with, and what was asked may have come with one.
  if (session.incarnation !== '1') await plan.renew();
  const { slice } = plan;
  const run = (role: PlanRole, guest?: Guest) => runner.run(turn, role, guest);
  await patiently(() => recallValues(session, slice));
  const runBeside = (role: PlanRole) => runner.runBeside(turn, role);
  if (only !== undefined) {
    const beside = new Beside(runBeside);
    for (const role of await patiently(() => takeStartRoles(session, slice))) beside.start(role);
    const outcome = await run(plan.role(only)).finally(() => beside.allEnded());
    // One that could not be recorded ends the run.
    beside.outcomes();
    return outcome === undefined ? [] : [outcome];
  }
  const { due, ended } = await patiently(() => takeDueRoles(session, slice));
  for (const record of ended.values()) events.emit({ type: 'skipped', role: record.role, state: record.state });
  return runQueue({
    session,
    roles: slice.node.roles,
    due,
    ended,
    run: (role) => run(role),
    runBeside,
    isStopped: () => ending.aborted,
    asked: (isIdle) => whatIsAsked({ session, plan, entrance, ending, run, patiently }, isIdle),
  });
}

function startRolesOf({ node }: PlanSlice): readonly string[] {
  return node.roles.flatMap(({ name, atStart }) => (atStart === true ? [name] : []));
}

function isFenced(thrown: unknown): boolean {
  return isHeddleError(thrown) && thrown.code === 'fenced';
}
