import { HeddleError } from '../errors/heddle-error.ts';
import { isEnded, type RoleRecord } from '../records/role-record.ts';
import type { MissingOutput } from '../runtime/wait/missing-output.ts';
import { judgeProducer, type NeverComing } from '../runtime/wait/never-coming.ts';
import type { Condition, ConditionPart } from './conditions.ts';
import type { WhyState } from './holdups.ts';

/** How far a list of conditions is. */
export type Judgement =
  | { readonly kind: 'hold' }
  /** Not all hold yet. `open` are the parts that do not, with what is known of their roles. */
  | { readonly kind: 'open'; readonly open: readonly OpenPart[] }
  /** One of them can never hold, or what must not happen has happened. */
  | { readonly kind: 'never'; readonly error: HeddleError };

export interface OpenPart extends MissingOutput {
  /** As people read it: `db.port`, or `web-0.app:done`. */
  readonly text: string;
}

/**
 * Judge whether all conditions hold in a state, or one of them never will.
 *
 * @param failOnAny  True: a role of the deployment that has failed or is lost is an error, whether a condition is about it or not.
 */
export function judgeConditions(conditions: readonly Condition[], state: WhyState, failOnAny: boolean): Judgement {
  const records = new Map(state.roles.map((record) => [`${record.node}.${record.role}`, record]));
  const parts = conditions.flatMap((condition) => condition.parts.map((part) => ({ part, condition })));
  const unmet = parts.filter(({ part, condition }) => !holds(part, condition, records, state));
  if (unmet.length === 0) return { kind: 'hold' };
  const failed = failOnAny ? state.roles.find(({ state: end }) => end === 'failed' || end === 'lost') : undefined;
  if (failed !== undefined) return { kind: 'never', error: anyFailedError(failed) };
  for (const { part, condition } of unmet) {
    const record = records.get(`${part.node}.${part.role}`);
    if (record !== undefined && isEnded(record.state))
      return { kind: 'never', error: endedError(record, textOf(part, condition), part.output) };
  }
  return { kind: 'open', open: unmet.map(({ part, condition }) => openPart(part, condition, records, state)) };
}

function holds(
  part: ConditionPart,
  { state: wanted }: Condition,
  records: ReadonlyMap<string, RoleRecord>,
  state: WhyState,
): boolean {
  if (part.output !== undefined) return state.present.has(`${part.node}.${part.output}`);
  const record = records.get(`${part.node}.${part.role}`);
  if (record === undefined) return false;
  if (wanted === 'running')
    return record.state === 'running' || (isEnded(record.state) && record.startedAt !== undefined);
  return wanted === 'ended' ? isEnded(record.state) : record.state === 'done';
}

function openPart(
  part: ConditionPart,
  condition: Condition,
  records: ReadonlyMap<string, RoleRecord>,
  state: WhyState,
): OpenPart {
  const { node, role, output = '' } = part;
  const producer = records.get(`${node}.${role}`);
  const producerWait = state.waits.find((wait) => wait.node === node && wait.role === role && wait.edge);
  return {
    text: textOf(part, condition),
    ref: { node, output },
    role,
    ...(producer === undefined ? {} : { producer }),
    ...(producerWait === undefined ? {} : { producerWait }),
  };
}

function textOf({ node, role, output }: ConditionPart, { state }: Condition): string {
  return output === undefined ? `${node}.${role}:${state}` : `${node}.${output}`;
}

/** The error of a wait for something that a role would have to do that has ended. */
function endedError(record: RoleRecord, what: string, output = 'its outputs'): HeddleError {
  const why = judgeProducer(record, output);
  return endError(record, why, `${what} will never come: ${why?.because ?? record.state}`);
}

function anyFailedError(record: RoleRecord): HeddleError {
  const why = judgeProducer(record, 'its outputs');
  return endError(record, why, `${why?.because ?? record.state}, and --error=any-failed was given`);
}

function endError({ node, role }: RoleRecord, why: NeverComing | undefined, message: string): HeddleError {
  return new HeddleError(why?.code ?? 'producer-failed', `heddle wait: ${message}`, {
    notes: why?.notes ?? [],
    details: { node, role, firstCause: why?.firstCause },
    next: [`heddle why ${node}:${role}  explains it`],
  });
}
