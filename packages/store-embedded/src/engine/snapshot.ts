import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogFile } from './log.ts';
import { createHeader, encodeLogFrame, seedOf } from './log-format.ts';
import { encodeRecords, type LogRecord } from './record.ts';

const FRAME_TARGET_BYTES = 1_048_576;

/**
 * Write records as a new log, and put it in the place of the old one in one step.
 *
 * The new file is complete and synced before it is renamed, so a crash leaves either the old log or the new one. Which of
 * them is certain only after `syncFolder`: call it before anything is acknowledged from the new file.
 */
export async function writeSnapshot(folder: string, records: Iterable<LogRecord>): Promise<LogFile> {
  const path = join(folder, 'log');
  const handle = await open(`${path}.new`, 'w+', 0o600);
  try {
    const header = createHeader();
    const seed = seedOf(header);
    await handle.writeFile(header);
    let sizeBytes = header.length;
    for (const batch of inFrames(records)) {
      const frame = encodeLogFrame(encodeRecords(batch), seed);
      await handle.writeFile(frame);
      sizeBytes += frame.length;
    }
    await handle.sync();
    await rename(`${path}.new`, path);
    return { handle, sizeBytes, seed };
  } catch (error) {
    await handle.close();
    await rm(`${path}.new`, { force: true });
    throw error;
  }
}

function* inFrames(records: Iterable<LogRecord>): Generator<LogRecord[]> {
  let batch: LogRecord[] = [];
  let size = 0;
  for (const record of records) {
    batch.push(record);
    size += record.op === 'put' ? record.value.byteLength + 256 : 128;
    if (size >= FRAME_TARGET_BYTES) {
      yield batch;
      batch = [];
      size = 0;
    }
  }
  if (batch.length > 0) yield batch;
}

/** Make the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
