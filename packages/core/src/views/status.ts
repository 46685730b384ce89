import type { ErrorData } from '../errors/heddle-error.ts';
import { promisedOutputs } from '../plan/found-values.ts';
import { groupSizes } from '../plan/growth.ts';
import { type UnreadInput, unreadInputs } from '../plan/meant-path.ts';
import type { PlanNode } from '../plan/plan.ts';
import type { AbortRecord } from '../records/abort-record.ts';
import type { RoleRecord, RoleState } from '../records/role-record.ts';
import { isEnded } from '../records/role-record.ts';
import type { ScaleRecord } from '../records/scale-record.ts';
import type { WaitRecord } from '../records/wait-record.ts';
import { outdatedBy } from './outdated.ts';

/** Everything that views of a deployment are made of; the same state gives the same view. */
export interface DeploymentState {
  readonly deployment: string;
  readonly epoch: string;
  readonly isOpen: boolean;
  /** Who has aborted it; absent when nobody has, or the epoch is closed. */
  readonly abort?: AbortRecord;
  /** The groups that grew in this epoch; absent when none did. */
  readonly scale?: ScaleRecord;
  readonly nodes: readonly PlanNode[];
  readonly roles: readonly RoleRecord[];
  readonly waits: readonly WaitRecord[];
  /** Names of nodes with a live agent. */
  readonly members: readonly string[];
  /** Roles that ended well, `NODE.ROLE`, to the outputs that they read and that were written again since. @default nobody has looked */
  readonly superseded?: ReadonlyMap<string, readonly string[]>;
}

export interface WaitView {
  readonly input: string;
  readonly missing: readonly string[];
  readonly missingCount: number;
  readonly producers: readonly string[];
  /** Those of `missing` that have only a default so far, which is held back until their role ends. */
  readonly held?: readonly string[];
  readonly source?: string;
  /** Milliseconds so far, and until its deadline. */
  readonly waitedMs: number;
  readonly leftMs: number;
}

export interface RoleView {
  readonly node: string;
  readonly role: string;
  /** `waiting` is a running role with a wait on its main thread. */
  readonly state: RoleState | 'waiting';
  readonly step?: string;
  /** How many resources or tasks have changed something so far, when the tool tells. */
  readonly updated?: number;
  /** Milliseconds since its start, or from start to end. */
  readonly elapsedMs?: number;
  /** Milliseconds of that in which its reads waited. */
  readonly blockedMs?: number;
  readonly waits: readonly WaitView[];
  readonly unwritten: readonly string[];
  /** Inputs that it never asked for; of a role that ended well. */
  readonly unread: readonly UnreadInput[];
  /** Inputs of which it took the default, because their value did not come; of a role that has ended. */
  readonly defaulted: readonly string[];
  /** Outputs, `NODE.OUTPUT`, that it read and that were written again since, and groups, `GROUP[*]`, that grew since; of a role that ended well. */
  readonly outdated: readonly string[];
  readonly error?: ErrorData;
}

export interface StatusView {
  readonly deployment: string;
  readonly epoch: string;
  readonly isOpen: boolean;
  readonly abort?: AbortRecord;
  /** Group name to its size, for the groups that grew in this epoch. */
  readonly scaled?: Readonly<Record<string, number>>;
  readonly isEnded: boolean;
  readonly counts: Readonly<Partial<Record<RoleView['state'], number>>>;
  /** In plan order; those of the agent's start, which nobody has declared, only when they have ended badly, or are all that has not ended. */
  readonly roles: readonly RoleView[];
  readonly members: readonly string[];
}

const unwanted: ReadonlySet<RoleView['state']> = new Set(['failed', 'aborted', 'lost']);

/**
 * Make the status of a deployment from its stored state.
 *
 * @param nowMs  Milliseconds since 1970.
 */
export function statusView(state: DeploymentState, nowMs: number): StatusView {
  const records = new Map(state.roles.map((record) => [`${record.node}.${record.role}`, record]));
  const sizes = groupSizes(state.nodes);
  const all = state.nodes.flatMap((node) =>
    node.roles.map((role) => {
      const waits = state.waits.filter((wait) => wait.node === node.name && wait.role === role.name);
      const record = records.get(`${node.name}.${role.name}`);
      const basic = roleView(node.name, role.name, records, waits, nowMs);
      const isStarted = role.atStart === true;
      if (basic.state !== 'done') return { view: basic, isStarted };
      const unread = unreadInputs(role, record?.unread ?? []);
      const unwritten = promisedOutputs(role, basic.unwritten);
      return { view: { ...basic, unwritten, unread, outdated: outdatedBy(state, role, record, sizes) }, isStarted };
    }),
  );
  const isOnlyStarting = all.every(({ view, isStarted }) => isStarted || hasEnded(view));
  const shown = all.filter(({ view, isStarted }) => {
    return !isStarted || unwanted.has(view.state) || (isOnlyStarting && !hasEnded(view));
  });
  const roles = shown.map(({ view }) => view);
  const counts: Partial<Record<RoleView['state'], number>> = {};
  for (const role of roles) counts[role.state] = (counts[role.state] ?? 0) + 1;
  return {
    deployment: state.deployment,
    epoch: state.epoch,
    isOpen: state.isOpen,
    ...(state.abort === undefined ? {} : { abort: state.abort }),
    ...(state.scale === undefined ? {} : { scaled: state.scale.groups }),
    isEnded: all.every(({ view }) => hasEnded(view)),
    counts,
    roles,
    members: state.members,
  };
}

function hasEnded({ state }: RoleView): boolean {
  return state !== 'waiting' && isEnded(state);
}

function roleView(
  node: string,
  role: string,
  records: ReadonlyMap<string, RoleRecord>,
  waits: readonly WaitRecord[],
  nowMs: number,
): RoleView {
  const record = records.get(`${node}.${role}`);
  if (record === undefined) {
    // Not started, and if it waits then for the roles that it runs after.
    return {
      node,
      role,
      state: waits.length > 0 ? 'waiting' : 'pending',
      waits: waits.map((wait) => waitView(wait, records, nowMs)),
      unwritten: [],
      unread: [],
      defaulted: [],
      outdated: [],
    };
  }
  const waitViews = isEnded(record.state) ? [] : waits.map((wait) => waitView(wait, records, nowMs));
  const isBlocked = record.state === 'running' && waits.some((wait) => wait.edge);
  const startMs = record.startedAt === undefined ? undefined : Date.parse(record.startedAt);
  const endMs = record.endedAt === undefined ? nowMs : Date.parse(record.endedAt);
  return {
    node,
    role,
    state: isBlocked ? 'waiting' : record.state,
    ...(record.step === undefined ? {} : { step: record.step }),
    ...(record.updated === undefined ? {} : { updated: record.updated }),
    ...(startMs === undefined ? {} : { elapsedMs: Math.max(0, endMs - startMs) }),
    ...(record.blockedMs === undefined ? {} : { blockedMs: record.blockedMs }),
    waits: waitViews,
    unwritten: record.state === 'done' ? (record.unwritten ?? []) : [],
    unread: [],
    defaulted: record.defaulted ?? [],
    outdated: [],
    ...(record.error === undefined ? {} : { error: record.error }),
  };
}

function waitView(wait: WaitRecord, records: ReadonlyMap<string, RoleRecord>, nowMs: number): WaitView {
  const held = wait.missing.filter((name, index) => {
    const producer = records.get(wait.producers[index] ?? '');
    return producer?.held?.includes(name.slice(producer.node.length + 1)) === true;
  });
  return {
    input: wait.input,
    missing: wait.missing,
    missingCount: wait.missingCount,
    producers: wait.producers,
    ...(held.length === 0 ? {} : { held }),
    ...(wait.source === undefined ? {} : { source: wait.source }),
    waitedMs: Math.max(0, nowMs - Date.parse(wait.since)),
    leftMs: Date.parse(wait.deadline) - nowMs,
  };
}
