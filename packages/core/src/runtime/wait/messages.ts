import type { ErrorCode } from '../../errors/codes.ts';
import { HeddleError } from '../../errors/heddle-error.ts';
import { formatPath } from '../../paths/attribute-path.ts';
import type { RoleRef, SourcePosition } from '../../plan/plan.ts';
import type { CycleEdge, VerdictRecord } from '../../records/verdict-record.ts';
import { runAgainText } from '../../text/run-again.ts';
import { formatDuration } from '../../time/duration.ts';
import type { Json } from '../../values/json.ts';
import { otherCuts } from '../steward/suggestion.ts';
import type { MissingOutput } from './missing-output.ts';
import type { FirstCause, NeverComing } from './never-coming.ts';
import type { ReadInput } from './peer-input.ts';

const mostNamed = 5;

/** Who waits, where, for what and how long: the parts that every message of a wait has. */
export interface WaitFacts {
  readonly node: string;
  readonly role: string;
  readonly input: ReadInput;
  readonly source?: string | undefined;
  readonly waitedMs: number;
  readonly missing: readonly MissingOutput[];
  readonly nowMs: number;
  /** The store does not answer. @default false */
  readonly isStoreDown?: boolean;
}

/** Name the reader: node, role and the place in its code. */
export function readerText(facts: Pick<WaitFacts, 'node' | 'role' | 'source' | 'input'>): string {
  const place = facts.source ?? positionText(facts.input);
  return `${facts.node} role ${facts.role}${place === undefined ? '' : ` (${place})`}`;
}

/** What has a place in the deployment file. */
interface Placed {
  readonly position?: SourcePosition;
}

function positionText({ position }: Placed): string | undefined {
  return position === undefined ? undefined : `${position.file}:${position.line}`;
}

/** Name the input that is read; an output that was asked for by its name is named already. */
function inputText(input: ReadInput): string {
  return input.undeclared === true ? '' : ` (input ${formatPath(input.path)})`;
}

/** Name the missing outputs, the first few by name: `web-0.ip, web-3.ip and 4 more`. */
export function missingText(missing: readonly MissingOutput[]): string {
  const names = missing.map(({ ref }) => `${ref.node}.${ref.output}`);
  if (names.length <= mostNamed) return names.join(', ');
  return `${names.slice(0, mostNamed).join(', ')} and ${names.length - mostNamed} more`;
}

/** Say who needs what, or for how long it has waited for that: the start of a message. */
export function needsText(facts: WaitFacts): string {
  const does = facts.waitedMs >= 1000 ? `waited ${formatDuration(facts.waitedMs)} for` : 'needs';
  const what = facts.missing.length === 0 ? '' : ` ${missingText(facts.missing)}`;
  return `${readerText(facts)} ${does}${what}${inputText(facts.input)}`;
}

/** Say what a producer is doing now. */
export function producerText(missing: MissingOutput, nowMs: number): string {
  return `${roleText({ node: missing.ref.node, role: missing.role }, missing, nowMs)}${heldText(missing)}`;
}

/** Say what a role is doing now. */
export function roleText({ node, role }: RoleRef, doing: RoleDoing, nowMs: number): string {
  return `${node}, role ${role}: ${doingText(doing, nowMs)}`;
}

/** What is known of what a role does: its record, and what it waits for. */
type RoleDoing = Pick<MissingOutput, 'producer' | 'producerWait'>;

/** A default that the recipe may still replace is no value yet, and who waits for it should know that it is there. */
function heldText({ ref, producer }: MissingOutput): string {
  const isHeld = producer?.state === 'running' && producer.held?.includes(ref.output) === true;
  return isHeld
    ? `; ${ref.output} has only a default so far and is held back until the role ends ("publish: early" shows it at once)`
    : '';
}

/** Say what a role is doing, without its name: `waits (app.rb:3) for db.port, for 4s`. */
export function doingText({ producer: record, producerWait: wait }: RoleDoing, nowMs: number): string {
  if (record === undefined || record.state === 'pending') return 'not started yet';
  if (record.state !== 'running') return record.state;
  if (wait !== undefined) {
    const place = wait.source === undefined ? '' : ` (${wait.source})`;
    return `waits${place} for ${wait.missing.slice(0, mostNamed).join(', ')}${sinceText(wait.since, nowMs)}`;
  }
  if (record.step === undefined) return `running${sinceText(record.startedAt, nowMs)}`;
  return `running ${record.step}${sinceText(record.stepAt, nowMs)}`;
}

function sinceText(isoTime: string | undefined, nowMs: number): string {
  return isoTime === undefined ? '' : `, for ${formatDuration(Math.max(0, nowMs - Date.parse(isoTime)))}`;
}

function producerNotes(facts: WaitFacts): string[] {
  return facts.missing.slice(0, mostNamed).map((missing) => `producer: ${producerText(missing, facts.nowMs)}`);
}

/** The error of a wait whose deadline passed. */
export function timeoutError(facts: WaitFacts, deadlineMs: number): HeddleError {
  return waitError(
    'wait-timeout',
    facts,
    `${readerText(facts)} waited ${formatDuration(deadlineMs)} for ${missingText(facts.missing)}${inputText(facts.input)}`,
    producerNotes(facts),
    afterDeadline(
      facts,
      'that is there',
      facts.input.undeclared === true ? `role ${facts.role}` : `the input "${formatPath(facts.input.path)}"`,
      facts.input,
    ),
  );
}

/** Say what helps after a deadline. Its epoch goes on with another one: that is no change of what the deployment does. */
export function afterDeadline(reader: RoleRef, until: string, owner: string, placed: Placed): readonly string[] {
  return [
    'heddle status  shows what every role is doing',
    `wait until ${until}, then run ${runAgainText(reader)}`,
    `or give ${owner} a longer deadline in the deployment file${positionNote(placed)}, then run heddle up --resume`,
  ];
}

/** The error of a wait that ended because the store did not answer until the deadline. */
export function storeDownError(facts: WaitFacts, deadlineMs: number): HeddleError {
  return waitError(
    'unavailable',
    facts,
    `${readerText(facts)} waited ${formatDuration(deadlineMs)} for ${missingText(facts.missing)}${inputText(facts.input)}: the store does not answer, so nobody can say whether the value exists`,
    [],
    [`check that the store runs, then run ${runAgainText(facts)}`],
  );
}

/** Say who read what when the value that came cannot be used; the error keeps its code. */
export function unusableError(facts: WaitFacts, error: HeddleError): HeddleError {
  return new HeddleError(
    error.code,
    `${readerText(facts)} cannot use its input ${formatPath(facts.input.path)}: ${error.message}`,
    {
      details: { ...error.details, ...details(facts) },
      next: [
        `correct the expression of the input "${formatPath(facts.input.path)}" in the deployment file${positionNote(facts.input)}, or what the producer writes; then run heddle up again`,
      ],
      cause: error,
    },
  );
}

/** Write the place of something in the deployment file, ` (heddle.yaml:12)`. */
export function positionNote(placed: Placed): string {
  const position = positionText(placed);
  return position === undefined ? '' : ` (${position})`;
}

/** The error of an input that says `missing: fail`. */
export function absentError(facts: WaitFacts): HeddleError {
  return waitError(
    'missing-value',
    facts,
    `${readerText(facts)} needs ${missingText(facts.missing)}${inputText(facts.input)}, which is not there, and may not wait for it`,
    producerNotes(facts),
    [
      'heddle status  shows what every role is doing',
      `say "missing: wait" at the input "${formatPath(facts.input.path)}" to wait for it, then run heddle up again`,
    ],
  );
}

/** The error of an input that says `missing: fail` and reads what Heat has not created. */
export function notCreatedError(facts: WaitFacts, error: HeddleError): HeddleError {
  return waitError(
    'missing-value',
    facts,
    `${readerText(facts)} cannot have its input ${formatPath(facts.input.path)}: ${error.message}`,
    [],
    [`give the input "${formatPath(facts.input.path)}" a default, or its role the same condition`],
  );
}

/** The error of a wait whose value will never come. */
export function neverError(
  facts: WaitFacts,
  why: Pick<NeverComing, 'code' | 'because' | 'notes' | 'firstCause'>,
): HeddleError {
  return new HeddleError(
    why.code,
    `${readerText(facts)} needs ${missingText(facts.missing)}${inputText(facts.input)}, which will never come: ${why.because}${afterText(facts.waitedMs)}`,
    {
      notes: why.notes,
      next: nextAfter(why.firstCause),
      details: { ...details(facts), firstCause: why.firstCause },
    },
  );
}

/** Say how long somebody waited, from one second on. */
export function afterText(waitedMs: number): string {
  return waitedMs >= 1000 ? `, after ${formatDuration(waitedMs)}` : '';
}

/** The error of a wait that is part of a cycle of waits. */
export function deadlockError(facts: WaitFacts, verdict: VerdictRecord): HeddleError {
  const text = `${readerText(facts)} waits for ${missingText(facts.missing)}${inputText(facts.input)}`;
  return cycleError(text, verdict, facts.waitedMs, details(facts));
}

/** Say of a wait that it is part of a cycle, and name every role on it. */
export function cycleError(reader: string, verdict: VerdictRecord, waitedMs: number, about: Json = {}): HeddleError {
  const { cycle, suggestion, command, otherwise } = verdict;
  const { length } = cycle;
  const who = length === 1 ? 'it waits for itself' : `${length} roles wait for one another`;
  return new HeddleError('deadlock', `${reader} in a deadlock: ${who}${afterText(waitedMs)}`, {
    notes: cycle.map(edgeText),
    next: [
      suggestion,
      ...otherCuts(cycle, suggestion),
      `then run ${goesOn(command, cycle[0])}`,
      ...(otherwise === undefined ? [] : [otherwise]),
    ],
    details: { ...(about as object), cycle, command },
  });
}

/** Say what goes on once the cycle is broken; `ended` is the role whose wait was ended. */
function goesOn(command: VerdictRecord['command'], ended: RoleRef | undefined): string {
  if (command === 'heddle up' || ended === undefined) return 'heddle up again: a changed file needs a new epoch';
  return runAgainText(ended);
}

/** Describe one edge: `web role app (recipes/app.rb:3) waits for db.port of role mysql of db`. */
function edgeText({ node, role, source, output, input, producer }: CycleEdge): string {
  const place = source === undefined ? '' : ` (${source})`;
  const who = `role ${producer.role} of ${producer.node}`;
  if (output !== undefined) return `${node} role ${role}${place} waits for ${output} from ${who}`;
  const why = input === undefined ? 'which runs before it on its node' : 'which has to come before it ("after")';
  return `${node} role ${role} has not started: it waits for the end of ${who}, ${why}`;
}

/** What helps is to repair the role at the start of a chain, not the one next to a reader: all of a chain are told the same. */
export function nextAfter(firstCause: FirstCause): readonly string[] {
  // What breaks a deadlock says the error of the wait that was ended: once, not under each reader.
  if (firstCause.code === 'deadlock') {
    return [`heddle why ${firstCause.node}:${firstCause.role}  names what breaks the deadlock, and what to run then`];
  }
  if (firstCause.code === 'never-written') {
    return [
      `let role ${firstCause.role} of ${firstCause.node} write the attribute, or correct the path of the output in the deployment file; then run heddle up again`,
    ];
  }
  const again = `run ${runAgainText(firstCause)}`;
  // Nothing is wrong with a role whose agent went.
  if (firstCause.code === 'producer-lost' || firstCause.code === 'interrupted') return [again];
  return [`repair role ${firstCause.role} of ${firstCause.node}, then ${again}`];
}

function waitError(
  code: ErrorCode,
  facts: WaitFacts,
  message: string,
  notes: readonly string[],
  next: readonly string[],
): HeddleError {
  return new HeddleError(code, message, { notes, next, details: details(facts) });
}

function details(facts: WaitFacts) {
  return {
    node: facts.node,
    role: facts.role,
    input: formatPath(facts.input.path),
    missing: facts.missing.map(({ ref }) => `${ref.node}.${ref.output}`).slice(0, 20),
    waitedMs: Math.round(facts.waitedMs),
    ...(facts.source === undefined ? {} : { source: facts.source }),
  };
}
