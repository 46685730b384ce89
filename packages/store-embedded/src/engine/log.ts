import type { FileHandle } from 'node:fs/promises';
import { open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HeddleError } from '@heddle/core';
import { encodeLogFrame, findFrameAfter, HEADER_BYTES, readFrame, readHeader } from './log-format.ts';
import { decodeRecords, encodeRecords, type LogRecord } from './record.ts';
import { syncFolder, writeSnapshot } from './snapshot.ts';
import { applyRecord, createState, recordsOf, type State } from './state.ts';

/** The log of one folder, open for appending. */
export interface Log {
  /** Bytes up to the end of the last whole frame. */
  readonly sizeBytes: number;
  /**
   * Append one frame and wait until the disk has it.
   *
   * @throws LogError; its `undone` tells whether the frame is certainly not in the log.
   */
  append(records: readonly LogRecord[]): Promise<void>;
  /** Replace the log by a snapshot of the state; on failure the old log stays as it is. */
  replace(state: State): Promise<void>;
  close(): Promise<void>;
}

/** A failed append. */
export class LogError extends Error {
  readonly undone: boolean;

  constructor(undone: boolean, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.undone = undone;
  }
}

/**
 * Open the log of a folder and recover its state; a folder without one gets an empty log.
 *
 * A torn frame at the end is cut off: it was never acknowledged, because frames are written one after the other and each is
 * synced before its acknowledgement.
 * @throws corrupt when a damaged frame is followed by a whole one, or the header is damaged; nothing is changed then.
 */
export async function openLog(folder: string): Promise<{ readonly log: Log; readonly state: State }> {
  const path = join(folder, 'log');
  await rm(`${path}.new`, { force: true });
  const file = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (file === undefined) {
    const state = createState();
    return { log: await startLog(folder, await writeSnapshot(folder, recordsOf(state)), true), state };
  }
  const { state, end, seed } = recover(path, file);
  const handle = await open(path, 'r+');
  // Also without a cut: frames that a dead process wrote but did not sync may be in the page cache only, and are served from now on.
  await cut(handle, end);
  return { log: await startLog(folder, { handle, sizeBytes: end, seed }, false), state };
}

function recover(path: string, file: Buffer): { state: State; end: number; seed: number } {
  const header = readHeader(file);
  if ('problem' in header) throw corrupt(path, 0, header.problem);
  const state = createState();
  let end = HEADER_BYTES;
  while (end < file.length) {
    const frame = readFrame(file, end, header.seed);
    if (!frame) break;
    for (const record of decode(path, end, frame.payload)) applyRecord(state, record);
    end = frame.end;
  }
  const next = findFrameAfter(file, end, header.seed);
  if (next !== undefined) throw corrupt(path, end, `a damaged record is followed by a whole one at byte ${next}`);
  return { state, end, seed: header.seed };
}

function decode(path: string, offset: number, payload: Buffer): LogRecord[] {
  try {
    return decodeRecords(payload);
  } catch (error) {
    throw corrupt(path, offset, 'a record has the right checksum but cannot be read', error);
  }
}

function corrupt(file: string, offset: number, problem: string, cause?: unknown): HeddleError {
  return new HeddleError('corrupt', `the store's log ${file} is damaged at byte ${offset}: ${problem}`, {
    details: { file, offset },
    next: [`restore ${file} from a copy, or move it away to start with an empty store`],
    cause,
  });
}

async function cut(handle: FileHandle, sizeBytes: number): Promise<void> {
  await handle.truncate(sizeBytes);
  await handle.datasync();
}

/** An open log file: its handle, its length and the start value of its checksums. */
export interface LogFile {
  readonly handle: FileHandle;
  readonly sizeBytes: number;
  readonly seed: number;
}

async function startLog(folder: string, first: LogFile, isRenamed: boolean): Promise<Log> {
  let file = first;
  let end = first.sizeBytes;
  let needsFolderSync = isRenamed;
  const settleName = async (): Promise<void> => {
    if (!needsFolderSync) return;
    await syncFolder(folder);
    needsFolderSync = false;
  };
  await settleName();
  return {
    get sizeBytes() {
      return end;
    },
    async append(records) {
      const frame = encodeLogFrame(encodeRecords(records), file.seed);
      try {
        await settleName();
        await writeAll(file.handle, frame, end);
      } catch (error) {
        throw new LogError(await succeeds(cut(file.handle, end)), error);
      }
      try {
        await file.handle.datasync();
      } catch (error) {
        throw new LogError(false, error);
      }
      end += frame.length;
    },
    async replace(state) {
      const fresh = await writeSnapshot(folder, recordsOf(state));
      const old = file.handle;
      file = fresh;
      end = fresh.sizeBytes;
      needsFolderSync = true;
      await old.close();
      await settleName();
    },
    close: () => file.handle.close(),
  };
}

async function writeAll(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

async function succeeds(work: Promise<void>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  );
}
