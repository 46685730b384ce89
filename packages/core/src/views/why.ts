import type { ErrorData } from '../errors/heddle-error.ts';
import { formatPath } from '../paths/attribute-path.ts';
import { promisedOutputs } from '../plan/found-values.ts';
import { type UnreadInput, unreadInputs } from '../plan/meant-path.ts';
import { splitName } from '../plan/names.ts';
import type { PlanInput } from '../plan/plan.ts';
import type { AbortRecord } from '../records/abort-record.ts';
import { isEnded, type RoleRecord, type RoleState, wasLeft } from '../records/role-record.ts';
import type { WaitRecord } from '../records/wait-record.ts';
import type { FirstCause } from '../runtime/wait/never-coming.ts';
import { blameChain } from './blame-chain.ts';
import { type Holdup, Holdups, type WhyState } from './holdups.ts';
import { isAfterWait, outputsOf } from './wait-parts.ts';
import { findWhyTarget } from './why-target.ts';

/** Where a chain of holdups begins: what has to be seen to. */
export type RootKind =
  /** Runs, and is not held up by anything that Heddle knows of. */
  | 'running'
  /** Its turn has come, and it has not begun yet. */
  | 'starting'
  /** Not started, and nobody runs its node. */
  | 'no-agent'
  /** Running as far as its record goes, but its agent has gone. */
  | 'agent-gone'
  | 'failed'
  | 'aborted'
  | 'lost'
  /** Ended well without writing what is awaited. */
  | 'never-written'
  /** Waits hold up one another, now. */
  | 'cycle'
  /** One of waits that held up one another was ended. */
  | 'deadlock'
  /** What it waited for is there. */
  | 'arrived'
  /** Ended well, but has read what was written again since. */
  | 'outdated'
  /** Ended well. */
  | 'done';

/** One role of the chain. */
export interface WhyLink {
  readonly node: string;
  readonly role: string;
  readonly state: RoleState | 'waiting';
  /** What the role before it in the chain needs of it: `NODE.OUTPUT`, or `NODE.ROLE` when it runs after this one. */
  readonly wanted?: string;
  /** Where the files of the role assign that, `site.yml:12`, when it is an output that no deployment file declares. */
  readonly foundAt?: string;
  /** The wait that holds it up, or what it failed for. */
  readonly input?: string;
  /** True: it is no input, but an output that the role asked for by its name. */
  readonly isByName?: true;
  readonly missing?: readonly string[];
  readonly missingCount?: number;
  /** The one of them that leads to the next role of the chain. */
  readonly follows?: string;
  /** The reader's place, `recipe.rb:12`. */
  readonly source?: string;
  /** Milliseconds since the wait began, the role ended, its step began, or it was started: what `state` says. */
  readonly forMs?: number;
  /** Milliseconds to the deadline of the wait. */
  readonly leftMs?: number;
  /** The earlier role of its node that it stands behind. */
  readonly behind?: string;
  readonly step?: string;
  /** True when the wanted output has only a default so far and is held back. */
  readonly isHeld?: boolean;
  /** Declared outputs that it ended well without having written. */
  readonly unwritten?: readonly string[];
  /** Inputs that it ended well without ever having asked for. */
  readonly unread?: readonly UnreadInput[];
  /** Inputs of which it took the default, because their value did not come. */
  readonly defaulted?: readonly string[];
  /** Outputs, `NODE.OUTPUT`, that it read and that were written again since. */
  readonly outdated?: readonly string[];
  readonly exitCode?: number;
  readonly error?: ErrorData;
  readonly firstCause?: FirstCause;
  /** All that it failed for, `NODE.OUTPUT` or `NODE.ROLE`, when that is there by now. */
  readonly arrived?: readonly string[];
  /** The last lines of its output. */
  readonly tail?: string;
}

/** An input that nobody waits for. */
export interface AskedInput {
  /** Its attribute path, dotted. */
  readonly input: string;
  /** `open`: its role has not ended, or is lost, and may have read it; else what the role did with it. */
  readonly state: 'open' | 'unread' | 'defaulted' | 'read';
  /** False: some of its outputs are not there. Absent where this connection may not know. */
  readonly isThere?: boolean;
  /** Those that are not there, else all that it is made of, `NODE.OUTPUT`, at most 20, and how many there are. */
  readonly outputs: readonly string[];
  readonly count: number;
}

export interface WhyView {
  readonly deployment: string;
  readonly epoch: string;
  /** Who has aborted it; absent when nobody has, or that was lifted. */
  readonly abort?: AbortRecord;
  readonly target: string;
  /** The input that was asked about, when its role is held up by something else, or by nothing. */
  readonly asked?: AskedInput;
  /** From the role that was asked about to the root cause. */
  readonly links: readonly WhyLink[];
  readonly root: {
    readonly kind: RootKind;
    readonly node: string;
    readonly role: string;
    /** What is wanted of it, if anything is. */
    readonly wanted?: string;
    /** Somebody runs its node: it is connected. */
    readonly hasAgent: boolean;
  };
  /** Where in `links` the cycle begins that the chain ends in; the last link is held up by that one. */
  readonly cycleFrom?: number;
}

/**
 * Explain why a role waits, or has failed: the chain of who is held up by whom, to its root cause.
 *
 * @param target  `NODE`, `NODE:ROLE` or `NODE:INPUT`; a member of a group as `web-0` or `web[0]`.
 * @param nowMs  Milliseconds since 1970.
 * @throws usage for a text that is none of these; not-found for a node, role or input that the deployment does not have.
 */
export function whyView(state: WhyState, target: string, nowMs: number): WhyView {
  const holdups = new Holdups(state);
  const { role, waits, input } = findWhyTarget(holdups, target);
  const asked = input === undefined ? undefined : askedInput(holdups, role, input);
  const chain = blameChain(holdups, role, waits);
  const links = chain.roles.map((name, index) => {
    const by = chain.holdups[index];
    const wanted = index === 0 ? undefined : forOf(chain.holdups[index - 1]);
    const own = by === undefined ? ((index === 0 ? waits?.[0] : undefined) ?? edgeOf(holdups, name)) : undefined;
    return linkOf(holdups, name, { by, wanted, own, nowMs });
  });
  const last = links.at(-1) as WhyLink;
  const { node, role: name, wanted } = last;
  const kind = chain.cycleFrom === undefined ? rootKind(holdups, last) : 'cycle';
  return {
    deployment: state.deployment,
    epoch: state.epoch,
    ...(state.abort === undefined ? {} : { abort: state.abort }),
    target,
    ...(asked === undefined ? {} : { asked }),
    links,
    root: {
      kind,
      node,
      role: name,
      ...(wanted === undefined ? {} : { wanted }),
      hasAgent: holdups.hasAgent(node) && !wasLeft(last),
    },
    ...(chain.cycleFrom === undefined ? {} : { cycleFrom: chain.cycleFrom }),
  };
}

/** What is known of an input that nobody waits for; undefined when it is the one that its role failed of. */
function askedInput(holdups: Holdups, role: string, planned: PlanInput): AskedInput | undefined {
  const record = holdups.record(role);
  const input = formatPath(planned.path);
  if (record?.error?.details?.['input'] === input) return undefined;
  const { present, hidden } = holdups.state;
  const needs = outputsOf(planned);
  const absent = needs.filter((name) => !present.has(name));
  const isThere = absent.length === 0;
  const outputs = isThere ? needs : absent;
  return {
    input,
    state: askedState(record, input),
    ...(absent.some((name) => hidden?.has(name) === true) ? {} : { isThere }),
    outputs: outputs.slice(0, mostNamed),
    count: outputs.length,
  };
}

function askedState(record: RoleRecord | undefined, input: string): AskedInput['state'] {
  if (record === undefined || !isEnded(record.state) || record.state === 'lost') return 'open';
  if (record.defaulted?.includes(input) === true) return 'defaulted';
  return record.unread?.includes(input) === true || record.startedAt === undefined ? 'unread' : 'read';
}

/** The wait of a role all of which has arrived meanwhile. */
function edgeOf(holdups: Holdups, role: string): WaitRecord | undefined {
  return holdups.waits(role).find((wait) => wait.edge);
}

function forOf(holdup: Holdup | undefined): string | undefined {
  return holdup === undefined || holdup.kind === 'order' ? undefined : holdup.for;
}

/** What became of the role at the end of a chain. */
function rootKind(holdups: Holdups, { node, state, wanted, missingCount, outdated, error }: WhyLink): RootKind {
  if (state === 'done') return wanted !== undefined ? 'never-written' : outdated === undefined ? 'done' : 'outdated';
  if (state === 'failed' && error?.code === 'deadlock') return 'deadlock';
  if (state !== 'waiting' && isEnded(state)) return state as 'failed' | 'aborted' | 'lost';
  if (!holdups.hasAgent(node)) return state === 'pending' ? 'no-agent' : 'agent-gone';
  if (missingCount === 0) return 'arrived';
  return state === 'pending' ? 'starting' : 'running';
}

interface LinkFacts {
  readonly by: Holdup | undefined;
  readonly wanted: string | undefined;
  /** The wait that was asked about, when nothing is missing of it any more. */
  readonly own: WaitRecord | undefined;
  readonly nowMs: number;
}

function linkOf(holdups: Holdups, name: string, { by, wanted, own, nowMs }: LinkFacts): WhyLink {
  const [node, role] = splitName(name);
  const record = holdups.record(name);
  const sinceMs = (time: string | undefined) =>
    time === undefined ? {} : { forMs: Math.max(0, nowMs - Date.parse(time)) };
  const follows = forOf(by);
  const declared = holdups.node(node)?.roles.find((other) => other.name === role);
  const output = declared?.outputs.find(({ name: own, found }) => found === true && `${node}.${own}` === wanted);
  const head = {
    node,
    role,
    ...(wanted === undefined ? {} : { wanted }),
    ...(output?.position === undefined ? {} : { foundAt: `${output.position.file}:${output.position.line}` }),
    ...(follows === undefined ? {} : { follows }),
  };
  const wait = by?.kind === 'wait' ? by.wait : own;
  if (wait !== undefined)
    return { ...head, ...waitFacts(holdups, wait), ...sinceMs(wait.since), leftMs: Date.parse(wait.deadline) - nowMs };
  if (record === undefined || record.state === 'pending')
    return { ...head, state: 'pending', ...(by === undefined ? {} : { behind: by.producer }) };
  if (record.state === 'running') {
    const isHeld = record.held?.some((output) => `${node}.${output}` === wanted) === true;
    return {
      ...head,
      state: 'running',
      ...(record.step === undefined ? {} : { step: record.step }),
      ...sinceMs(record.stepAt ?? record.startedAt),
      ...(isHeld ? { isHeld } : {}),
    };
  }
  const firstCause = record.error?.details?.['firstCause'] as FirstCause | undefined;
  const outdated = holdups.outdated(name);
  const arrived = holdups.arrived(name);
  const unwritten = promisedOutputs(declared, record.unwritten ?? []);
  return {
    ...head,
    state: record.state,
    ...sinceMs(record.endedAt),
    ...(by?.kind === 'failed' ? { missing: [by.for], missingCount: 1 } : {}),
    ...(record.state === 'done' && unwritten.length > 0 ? { unwritten } : {}),
    ...(record.state === 'done' && (record.unread ?? []).length > 0
      ? {
          unread: unreadInputs(declared, record.unread ?? []),
        }
      : {}),
    ...(record.defaulted === undefined ? {} : { defaulted: record.defaulted }),
    ...(outdated.length === 0 ? {} : { outdated }),
    ...(record.exitCode === undefined ? {} : { exitCode: record.exitCode }),
    ...(record.error === undefined ? {} : { error: record.error }),
    ...(firstCause === undefined ? {} : { firstCause }),
    ...(arrived.length === 0 ? {} : { arrived }),
    ...(record.tail === undefined || record.tail === '' ? {} : { tail: record.tail }),
  };
}

/** Outputs that are listed, as many as a record does. */
const mostNamed = 20;

function waitFacts(holdups: Holdups, wait: WaitRecord) {
  const absent = holdups.absent(wait).map((want) => want.for);
  return {
    state: wait.edge ? ('waiting' as const) : ('running' as const),
    ...(isAfterWait(wait) ? {} : { input: wait.input }),
    ...(holdups.isByName(wait) ? { isByName: true as const } : {}),
    missing: absent.slice(0, mostNamed),
    missingCount: absent.length,
    ...(wait.source === undefined ? {} : { source: wait.source }),
  };
}
