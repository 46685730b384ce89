import type { Key } from '@heddle/core';
import { packParts, unpackParts } from '../wire/frames.ts';

/** One change, as the log keeps it. */
export type LogRecord =
  | {
      readonly op: 'put';
      readonly key: Key;
      readonly rev: number;
      readonly writeId: string;
      readonly session?: string;
      readonly value: Uint8Array;
    }
  | { readonly op: 'delete'; readonly key: Key; readonly rev: number; readonly writeId: string }
  /** A session that owns, or owned, liveness entries. */
  | { readonly op: 'session'; readonly session: string; readonly timeoutMs: number }
  | { readonly op: 'end'; readonly session: string }
  /** In a snapshot, after its entries: the sequence it was taken at, and from which one on write ids are remembered. */
  | { readonly op: 'base'; readonly sequence: number; readonly rememberedFrom: number }
  | { readonly op: 'remember'; readonly writeId: string; readonly rev: number };

/** Write the records of one group commit as the payload of one log frame. */
export function encodeRecords(records: readonly LogRecord[]): Buffer {
  const values: Uint8Array[] = [];
  const heads = records.map((record) => {
    if (record.op !== 'put') return record;
    const { value, ...head } = record;
    values.push(value);
    return head;
  });
  return packParts({ head: { records: heads }, values });
}

/** Undo `encodeRecords`; throws when the payload is not that. */
export function decodeRecords(payload: Buffer): LogRecord[] {
  const { head, values } = unpackParts(payload);
  const records = head['records'];
  if (!Array.isArray(records)) throw new SyntaxError('a log frame without records');
  let next = 0;
  return records.map((record: LogRecord): LogRecord => {
    if (record.op !== 'put') return record;
    const value = values[next++];
    if (value === undefined) throw new SyntaxError('a log frame lacks a value');
    return { ...record, value };
  });
}
