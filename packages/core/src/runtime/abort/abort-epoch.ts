import { HeddleError } from '../../errors/heddle-error.ts';
import type { AbortRecord } from '../../records/abort-record.ts';
import { type Entry, encodeRecord, type Store } from '../../store/store.ts';
import { type Clock, isoTime } from '../../time/clock.ts';
import type { Json } from '../../values/json.ts';
import { closedEpochError } from '../closed-epoch-error.ts';
import { type Epoch, parse } from '../epoch.ts';
import { abortText } from './aborted-error.ts';

export interface AbortRequest {
  /** Who does it, `root@ops`. */
  readonly by: string;
  readonly reason?: string;
}

/**
 * Abort an epoch: every present and later wait and publish of its agents fails, and none starts another role.
 *
 * @returns The record that holds now; `isNew` is false when somebody had aborted it before, whose record stands.
 * @throws fenced when the epoch is closed; store errors.
 */
export async function abortEpoch(
  store: Store,
  epoch: Epoch,
  { by, reason }: AbortRequest,
  clock: Clock,
): Promise<{ readonly record: AbortRecord; readonly isNew: boolean }> {
  const record: AbortRecord = { by, at: isoTime(clock), ...(reason === undefined ? {} : { reason }) };
  const key = epoch.keys.abort();
  const result = await store.put(key, encodeRecord(record as unknown as Json), {
    expect: { absent: true },
    guards: [epoch.openGuard],
  });
  if (result.ok) return { record, isNew: true };
  if (result.current === undefined) {
    throw new HeddleError('ambiguous', `an abort of deployment ${epoch.deployment} was lifted at the same time`, {
      next: ['heddle abort  aborts it all the same'],
    });
  }
  return { record: openRecord(epoch, result.current), isNew: false };
}

/** Read whether an epoch is aborted; undefined when it is not. Throws fenced when it is closed, and store errors. */
export async function readAbort(store: Store, epoch: Epoch): Promise<AbortRecord | undefined> {
  const entry = await store.get(epoch.keys.abort());
  return entry === undefined ? undefined : openRecord(epoch, entry);
}

/**
 * Lift the abort of an epoch. Roles that it ended stay ended.
 *
 * @returns The record that was lifted; undefined when there was none.
 * @throws fenced when the epoch is closed; ambiguous when somebody aborted it anew at the same time; store errors.
 */
export async function liftAbort(store: Store, epoch: Epoch): Promise<AbortRecord | undefined> {
  const entry = await store.get(epoch.keys.abort());
  if (entry === undefined) return undefined;
  const record = openRecord(epoch, entry);
  // Whoever else lifted it, or aborted anew, meanwhile is not overruled.
  const removed = await store.delete(entry.key, { expect: { rev: entry.rev }, guards: [epoch.openGuard] });
  if (removed.ok || removed.current === undefined) return record;
  const newer = openRecord(epoch, removed.current);
  throw new HeddleError(
    'ambiguous',
    `another abort came at the same time, and stands: ${abortText(epoch.deployment, newer)}`,
    {
      next: ['heddle abort --cancel  lifts that one'],
    },
  );
}

function openRecord(epoch: Epoch, entry: Entry): AbortRecord {
  const record = parse<AbortRecord>(entry);
  if (record.isClosed === true) throw closedEpochError(epoch.deployment, epoch.keys.epoch);
  return record;
}
