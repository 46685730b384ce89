import {
  type Entry,
  type Guard,
  HeddleError,
  isHeddleError,
  type Key,
  type PreparedWrite,
  type PutResult,
  type Rev,
} from '@heddle/core';
import { checkReadable } from './access/readable.ts';
import { entryPaths } from './layout.ts';
import { MAX_REQUEST_BYTES, OPERATION_OVERHEAD_BYTES } from './limits.ts';
import type { Commit, Refusal, Requests, Step } from './link.ts';
import { decodeStored, type StoredRecord } from './record.ts';

/** A write that is sent until it is known what became of it. */
export interface Write {
  readonly name: 'put' | 'delete';
  readonly root: string;
  readonly prepared: PreparedWrite;
  /** The revision that it makes. */
  readonly rev: Rev;
  /** Its steps after the guards; the first of them judge what it expects. `doubts`: how often a znode was not where they took it to be. */
  steps(link: Requests, doubts: number): Promise<readonly Step[]>;
  /**
   * What it means that a step failed: the write is `lost`, has to be made `again` with other steps because a znode that only
   * holds others is there, `afresh` because one is not there, or there is nothing to be `done`.
   */
  judge(step: Step, why: Refusal): 'lost' | 'again' | 'afresh' | 'done';
  /** Whether the znodes prove that this write happened. */
  hasHappened(link: Requests, current: StoredRecord | undefined): Promise<boolean>;
}

/** What is known of a write while it is under way. */
export interface WriteProgress {
  /** The session on which it was first sent without an answer; undefined while every sending was answered. */
  unsettledSince: string | undefined;
  isSending: boolean;
  /** The last transaction that was known of when it was first sent without an answer. */
  seen?: bigint;
}

/**
 * Send a write on a link, and settle it when an earlier sending had no answer.
 *
 * A write that expects a revision can be sent again without harm: it removes the mark of that revision, so it happens once at
 * most; `settleCreation` sees to the others. The refusal of the second sending comes after everything that the first one
 * may have done, so what is read next tells which of the two it was.
 * @throws fenced, too-large; ambiguous when others have written since and nothing proves it.
 */
export async function sendWrite(link: Requests, write: Write, progress: WriteProgress): Promise<PutResult> {
  for (let doubts = 0; ; ) {
    const guards = write.prepared.guards.map((guard): Step => checkStep(write.root, guard));
    const steps: readonly Step[] = [...guards, ...(await write.steps(link, doubts))];
    checkSize(write, steps);
    const commit = await send(link, steps, progress);
    if (commit.ok) return settled(progress, { ok: true, rev: write.rev });
    const step = steps[commit.at];
    if (!step) throw new HeddleError('unexpected', `ZooKeeper refuses step ${commit.at} of ${steps.length}`);
    const isFenced = commit.at < guards.length;
    const verdict = isFenced ? 'lost' : write.judge(step, commit.why);
    if (verdict === 'again' || verdict === 'afresh') {
      if (verdict === 'afresh') doubts += 1;
      continue;
    }
    if (verdict === 'done') {
      await checkReadable(link, write.root, write.prepared.key);
      return settled(progress, { ok: true, rev: write.rev });
    }
    const current = await readRecord(link, write.root, write.prepared.key);
    if (progress.unsettledSince !== undefined) {
      if (await write.hasHappened(link, current)) return settled(progress, { ok: true, rev: write.rev });
      if (!isSurelyNew(write, current)) throw ambiguous(write);
    }
    const guard = isFenced ? write.prepared.guards[commit.at] : undefined;
    // Nobody hears from a refusal what is or is not at a key that it may not read.
    if (guard) await checkReadable(link, write.root, guard.key);
    else if (current === undefined) await checkReadable(link, write.root, write.prepared.key);
    if (guard) throw fenced(write, guard);
    // Its record went again between the refusal and the reading: it is as absent as this write expects.
    if ('absent' in write.prepared.expect && current === undefined) {
      doubts += 1;
      continue;
    }
    return settled(progress, { ok: false, current: current && entryOf(write.prepared.key, current) });
  }
}

/** Commit, and note whether the answer was lost. */
async function send(link: Requests, steps: readonly Step[], progress: WriteProgress): Promise<Commit> {
  // What is never sent leaves nothing to settle.
  if (link.isLost) return link.commit(steps);
  if (progress.unsettledSince === undefined) progress.seen = link.seen;
  progress.isSending = true;
  try {
    const commit = await link.commit(steps);
    progress.isSending = false;
    return commit;
  } catch (error) {
    if (isHeddleError(error) && error.code === 'unavailable') progress.unsettledSince ??= link.session.id;
    else progress.isSending = false;
    throw error;
  }
}

/** What became of a write is known. */
export function settled(progress: WriteProgress, result: PutResult): PutResult {
  progress.unsettledSince = undefined;
  return result;
}

/** Read the record of a key; undefined when there is none. */
export async function readRecord(link: Requests, root: string, key: Key): Promise<StoredRecord | undefined> {
  const { record } = entryPaths(root, key);
  const data = await link.data(record);
  return data && decodeStored(record, data);
}

/** A write that left no trace did not happen if what it expects still stands, or was replaced by another write. */
function isSurelyNew({ prepared: { expect } }: Write, current: StoredRecord | undefined): boolean {
  return 'rev' in expect && (current?.rev === expect.rev || current?.previous === expect.rev);
}

function checkStep(root: string, guard: Guard): Step {
  return { do: 'check', path: entryPaths(root, guard.key).mark(guard.rev) };
}

function entryOf(key: Key, { value, rev }: StoredRecord): Entry {
  return { key: [...key], value, rev };
}

function checkSize(write: Write, steps: readonly Step[]): void {
  const sizeBytes = steps.reduce((sum, step) => {
    const dataBytes = 'data' in step ? (step.data?.byteLength ?? 0) : 0;
    return sum + step.path.length + dataBytes + OPERATION_OVERHEAD_BYTES;
  }, 0);
  if (sizeBytes <= MAX_REQUEST_BYTES) return;
  throw new HeddleError(
    'too-large',
    `store ${write.name} of ${write.prepared.key.join('/')}: with its keys and guards it has ${sizeBytes} bytes, at most ${MAX_REQUEST_BYTES} are taken`,
    { details: { key: write.prepared.key } },
  );
}

function fenced(write: Write, guard: Guard): HeddleError {
  const where = guard.key.join('/');
  const text = `store ${write.name} of ${write.prepared.key.join('/')} was refused: ${where} is no longer at revision ${guard.rev}`;
  return new HeddleError('fenced', text, { details: { key: write.prepared.key, guard: guard.key } });
}

/** The error of a write of which nothing proves that it happened, or that it did not. */
export function ambiguous(write: Write): HeddleError {
  const text = `store ${write.name} of ${write.prepared.key.join('/')} was interrupted, others have written since, and whether it happened is unknown`;
  return new HeddleError('ambiguous', text, { details: { key: write.prepared.key } });
}
