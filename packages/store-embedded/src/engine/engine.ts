import { join } from 'node:path';
import { HeddleError, toHeddleError } from '@heddle/core';
import { type Change, evaluate, type Outcome } from './evaluate.ts';
import { type Log, LogError, openLog } from './log.ts';
import type { StoredEntry } from './map.ts';
import { applyRecord, type State, snapshotBytes } from './state.ts';

const BATCH_CHANGES = 1024;
const BATCH_BYTES = 8 * 1_048_576;
const MAX_QUEUED_CHANGES = 65_536;
const COMPACT_BYTES = 4 * 1_048_576;

/** The durable map of one folder. Reads see durable state only. */
export interface Engine {
  readonly sequence: number;
  /** The number of entries. */
  readonly size: number;
  get(encoded: string): StoredEntry | undefined;
  range(prefix: string): StoredEntry[];
  /** Sessions that the log knows, with their timeout in milliseconds. */
  sessions(): ReadonlyMap<string, number>;
  /** Queue a change; resolves with its outcome once that is durable. Rejects `unavailable` when the queue is full or the log cannot be written. */
  change(change: Change): Promise<Outcome>;
  /** Take no further change, finish those that are queued, close the log. */
  stop(): Promise<void>;
}

export interface EngineOptions {
  readonly folder: string;
  /** Called with the encoded keys that a commit changed, after it is durable. */
  readonly changed: (encoded: readonly string[]) => void;
  /** Bytes of log below which no snapshot is made. @default 4 MiB */
  readonly compactBytes?: number;
}

interface Queued {
  readonly change: Change;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: HeddleError) => void;
}

/** Recover a folder and serve it. Throws `corrupt`. The caller holds the folder's lock until `stop` has resolved. */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { log, state } = await openLog(options.folder);
  const queue: Queued[] = [];
  let work: Promise<void> | undefined;
  let stopped = false;
  const commit = createCommit(log, state, options);

  const drain = async (): Promise<void> => {
    while (queue.length > 0) await commit(takeBatch(queue));
    work = undefined;
  };

  return {
    get sequence() {
      return state.sequence;
    },
    get size() {
      return state.entries.size;
    },
    get: (encoded) => state.entries.get(encoded),
    range: (prefix) => state.entries.range(prefix),
    sessions: () => state.sessions,
    change(change) {
      if (stopped) return Promise.reject(unavailable('the store is being closed'));
      if (queue.length >= MAX_QUEUED_CHANGES)
        return Promise.reject(unavailable('too many writes are waiting for the disk'));
      return new Promise((resolve, reject) => {
        queue.push({ change, resolve, reject });
        work ??= Promise.resolve().then(drain);
      });
    },
    async stop() {
      if (stopped) return;
      stopped = true;
      await work;
      await log.close();
    },
  };
}

/** The group commit: all that waited while the disk was busy goes into one frame and one sync. */
function createCommit(log: Log, state: State, options: EngineOptions): (batch: readonly Queued[]) => Promise<void> {
  const file = join(options.folder, 'log');
  let isDamaged = false;
  const compactBytes = options.compactBytes ?? COMPACT_BYTES;
  let compactAbove = Math.max(compactBytes, 2 * snapshotBytes(state));

  const append = async (batch: readonly Queued[]): Promise<void> => {
    if (isDamaged) await log.replace(state);
    isDamaged = false;
    const { records, outcomes } = evaluate(
      state,
      batch.map((item) => item.change),
    );
    if (records.length > 0) await log.append(records);
    const changed = records.map((record) => applyRecord(state, record)).filter((encoded) => encoded !== undefined);
    if (changed.length > 0) options.changed(changed);
    for (const [index, item] of batch.entries()) item.resolve(outcomes[index] as Outcome);
  };

  const refuse = async (error: unknown): Promise<HeddleError> => {
    if (!isDamaged && !(error instanceof LogError)) return toHeddleError(error);
    if (error instanceof LogError) isDamaged = !error.undone && !(await replaces(log, state));
    return isDamaged && error instanceof LogError ? ambiguous(file, error) : notWritten(file, error);
  };

  const compact = async (): Promise<void> => {
    if (log.sizeBytes <= compactAbove) return;
    try {
      await log.replace(state);
      // Twice the size of the last snapshot, so that the work of snapshots stays in proportion to the writes.
      compactAbove = Math.max(compactBytes, 2 * log.sizeBytes);
    } catch (error) {
      // The old log still holds everything, so writes go on; the next try comes after as much growth again.
      compactAbove = log.sizeBytes + compactBytes;
      process.emitWarning(`snapshot of ${options.folder} failed: ${toHeddleError(error).message}`);
    }
  };

  return async (batch) => {
    try {
      await append(batch);
    } catch (error) {
      const refusal = await refuse(error);
      for (const item of batch) item.reject(refusal);
      return;
    }
    await compact();
  };
}

/** After a failed sync nobody knows what is on the disk; a new log without the batch settles it. */
async function replaces(log: Log, state: State): Promise<boolean> {
  return log.replace(state).then(
    () => true,
    () => false,
  );
}

function takeBatch(queue: Queued[]): Queued[] {
  let bytes = 0;
  let count = 0;
  for (const { change } of queue) {
    bytes += change.kind === 'write' ? change.write.value.byteLength : 0;
    if (count > 0 && (count >= BATCH_CHANGES || bytes > BATCH_BYTES)) break;
    count += 1;
  }
  return queue.splice(0, count);
}

function unavailable(reason: string): HeddleError {
  return new HeddleError('unavailable', `the store takes no write: ${reason}`);
}

function notWritten(file: string, cause: unknown): HeddleError {
  const text = `the store takes no write: the log ${file} cannot be written: ${toHeddleError(cause).message}`;
  return new HeddleError('unavailable', text, { cause, next: [howToGrow(file)] });
}

function ambiguous(file: string, cause: LogError): HeddleError {
  const text = `the disk failed while a write was on its way to the log ${file}: ${cause.message}`;
  return new HeddleError('ambiguous', text, { cause, next: [howToGrow(file)] });
}

function howToGrow(file: string): string {
  return `see that ${file} may grow: is its disk full?`;
}
