import type { ReadSeen } from '../agent/observations.ts';
import { type Evidence, type Held, type Hold, type Stall, shortestWaitMs } from './evidence.ts';

/** The longest of the waits of one kind: of a role, for one input, by whichever members of a group. */
export interface LongestWait {
  readonly node: string;
  readonly role: string;
  /** The input; undefined: it waited to run after another role, or for the store to take what it wrote. */
  readonly input?: string;
  readonly writes?: Stall['writes'];
  /** What it waited for last, `NODE.OUTPUT`, or `NODE.ROLE` of the role that ended; undefined where `held` alone says why. */
  readonly for?: string;
  readonly producer?: { readonly node: string; readonly role: string };
  /** With `for`: that came so late because the store was away. */
  readonly held?: Held;
  /** Milliseconds since the agents were started. */
  readonly fromMs: number;
  readonly waitedMs: number;
  /** How many waits of this kind there were. */
  readonly count: number;
  readonly isFailed: boolean;
}

interface Candidate {
  readonly node: string;
  readonly role: string;
  readonly input?: string;
  readonly writes?: Stall['writes'];
  readonly fromMs: number;
  readonly waitedMs: number;
  readonly isFailed: boolean;
  readonly hold: () => Hold | undefined;
}

/** Find the longest waits, one of each kind, the longest first. */
export function longestWaits(evidence: Evidence, most: number): readonly LongestWait[] {
  const groups = new Map(evidence.plan.nodes.map(({ name, group }) => [name, group ?? name]));
  const kinds = new Map<string, { longest: Candidate; count: number }>();
  for (const wait of waitsOf(evidence)) {
    if (wait.waitedMs < shortestWaitMs) continue;
    const kind = `${groups.get(wait.node)}.${wait.role} ${wait.input ?? ''} ${wait.writes ?? ''}`;
    const known = kinds.get(kind);
    if (known === undefined) kinds.set(kind, { longest: wait, count: 1 });
    else {
      known.count += 1;
      if (wait.waitedMs > known.longest.waitedMs) known.longest = wait;
    }
  }
  return [...kinds.values()]
    .sort((a, b) => b.longest.waitedMs - a.longest.waitedMs)
    .slice(0, most)
    .map(({ longest: { hold, ...wait }, count }) => ({ ...wait, count, ...awaited(evidence, hold()) }));
}

function awaited(evidence: Evidence, hold: Hold | undefined): Pick<LongestWait, 'for' | 'producer' | 'held'> {
  if (hold === undefined) return {};
  if ('held' in hold) return { held: hold.held };
  const { producer, output } = hold.arrival;
  const held = evidence.isStalled(hold.arrival) ? ({ held: 'store' } as const) : {};
  return { for: output ?? `${producer.node}.${producer.role}`, producer, ...held };
}

function* waitsOf(evidence: Evidence): Generator<Candidate> {
  for (const run of evidence.runs()) {
    const { node, role, startedMs, begunMs, endedMs } = run;
    for (const { writes, fromMs, untilMs } of evidence.stallsOf(run)) {
      const waitedMs = untilMs - fromMs;
      yield { node, role, writes, fromMs, waitedMs, isFailed: false, hold: () => ({ held: 'store' }) };
    }
    const untilMs = begunMs ?? endedMs;
    if (untilMs === undefined || (evidence.role(run)?.after.length ?? 0) === 0) continue;
    yield {
      node,
      role,
      fromMs: evidence.sinceStart(startedMs),
      waitedMs: untilMs - startedMs,
      isFailed: begunMs === undefined,
      hold: () => evidence.holdOfStart(run),
    };
  }
  for (const read of evidence.reads()) if (read.endedMs !== undefined) yield readWait(evidence, read, read.endedMs);
}

function readWait(evidence: Evidence, read: ReadSeen, endedMs: number): Candidate {
  const { node, role, input, startedMs } = read;
  return {
    node,
    role,
    input,
    fromMs: evidence.sinceStart(startedMs),
    waitedMs: endedMs - startedMs,
    isFailed: read.outcome?.kind === 'error',
    hold: () => evidence.holdOfRead(read),
  };
}
