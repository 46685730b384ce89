import type { ErrorCode } from '../../errors/codes.ts';
import type { ErrorData } from '../../errors/heddle-error.ts';
import type { RoleRef } from '../../plan/plan.ts';
import { isEnded, type RoleRecord } from '../../records/role-record.ts';

/** Why a value will never come: the start of an error that a reader gets. */
export interface NeverComing {
  readonly code: ErrorCode;
  /** The role that ended. */
  readonly producer: RoleRef;
  /** What became of the producer, `role mysql of db failed (exit code 1)`. */
  readonly because: string;
  readonly notes: readonly string[];
  readonly firstCause: FirstCause;
}

/** The role and error at the start of a chain of failed readers. */
export interface FirstCause {
  readonly node: string;
  readonly role: string;
  readonly code: ErrorCode;
  readonly message: string;
}

/**
 * Judge whether a producer that has not written an output still can.
 *
 * Call it only with the value known to be absent *after* the record was seen (the end record is the role's last write).
 * @returns undefined while the value may still come.
 */
export function judgeProducer(record: RoleRecord | undefined, output: string): NeverComing | undefined {
  if (record === undefined || !isEnded(record.state)) return undefined;
  const producer = { node: record.node, role: record.role };
  const who = `role ${record.role} of ${record.node}`;
  switch (record.state) {
    case 'done': {
      const why = record.absent?.[output];
      return {
        code: 'never-written',
        producer,
        because: `${who} ended well without writing ${output}${why === undefined ? '' : `: ${why}`}`,
        notes: why === undefined ? ['what a run skips as unchanged writes nothing'] : [],
        firstCause: cause(record, 'never-written', why ?? `it ended well without writing ${output}`),
      };
    }
    case 'lost':
      return {
        code: 'producer-lost',
        producer,
        because: `${who} is gone: its node was lost`,
        notes: errorNotes(record),
        firstCause: cause(record, 'producer-lost', 'its node was lost'),
      };
    default:
      return {
        code: 'producer-failed',
        producer,
        because: `${who} ${record.state === 'aborted' ? 'was aborted' : 'failed'}${exitText(record)}`,
        notes: errorNotes(record),
        firstCause: firstCauseOf(record),
      };
  }
}

function exitText(record: RoleRecord): string {
  return record.exitCode === undefined ? '' : ` (exit code ${record.exitCode})`;
}

function errorNotes(record: RoleRecord): string[] {
  const notes: string[] = [];
  if (record.error !== undefined) notes.push(`cause: ${record.error.message}`);
  const first = record.error === undefined ? undefined : storedFirstCause(record.error);
  if (first !== undefined) notes.push(`first cause: ${first.message}`);
  // Output says what the CM tool did not say itself; where it named a place, or the error is one of ours, it would only repeat that.
  const isOwn = record.error === undefined || record.error.code === 'role-failed';
  const isPlaced = !isOwn || first !== undefined || record.error?.details?.['source'] !== undefined;
  if (!isPlaced && record.tail !== undefined && record.tail !== '')
    notes.push(`last output of ${record.node}:\n${indent(record.tail)}`);
  return notes;
}

function indent(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}

function firstCauseOf(record: RoleRecord): FirstCause {
  const stored = record.error === undefined ? undefined : storedFirstCause(record.error);
  if (stored !== undefined) return stored;
  const { code = 'role-failed', message = `it failed${exitText(record)}` } = record.error ?? {};
  return cause(record, code, message);
}

function storedFirstCause(error: ErrorData): FirstCause | undefined {
  return error.details?.['firstCause'] as FirstCause | undefined;
}

function cause(record: RoleRecord, code: ErrorCode, message: string): FirstCause {
  return { node: record.node, role: record.role, code, message };
}
