import { copyFileSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openLog } from '../src/engine/log.ts';
import { HEADER_BYTES } from '../src/engine/log-format.ts';
import type { LogRecord } from '../src/engine/record.ts';
import { applyRecord, type State } from '../src/engine/state.ts';
import { temporaryFolder } from './support/folders.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function put(rev: number, text = `value ${rev}`): LogRecord {
  return { op: 'put', key: ['k', String(rev % 5)], rev, writeId: `w${rev}`, value: bytes(text) };
}

/** Write frames of one to three records; answers the end of each frame and the last revision in it. */
async function writeLog(folder: string, frames: number): Promise<{ end: number; rev: number }[]> {
  mkdirSync(folder, { recursive: true });
  const { log, state } = await openLog(folder);
  const ends = [{ end: log.sizeBytes, rev: 0 }];
  let rev = 0;
  for (let frame = 0; frame < frames; frame += 1) {
    const records = Array.from({ length: 1 + (frame % 3) }, () => put((rev += 1)));
    await log.append(records);
    for (const record of records) applyRecord(state, record);
    ends.push({ end: log.sizeBytes, rev });
  }
  await log.close();
  return ends;
}

function copyOf(folder: string, name: string): string {
  const copy = join(folder, '..', name);
  mkdirSync(copy, { recursive: true });
  copyFileSync(join(folder, 'log'), join(copy, 'log'));
  return copy;
}

async function recover(folder: string): Promise<State> {
  const { log, state } = await openLog(folder);
  await log.close();
  return state;
}

function flip(folder: string, offset: number): void {
  const file = readFileSync(join(folder, 'log'));
  file[offset] = (file[offset] ?? 0) ^ (1 << (offset % 8));
  writeFileSync(join(folder, 'log'), file);
}

describe('the log', () => {
  it('keeps every whole frame when it is cut at any byte of the last frames, and goes on from there', async () => {
    const folder = temporaryFolder();
    const ends = await writeLog(folder, 12);
    const size = ends.at(-1)?.end ?? 0;
    const from = ends.at(-6)?.end ?? 0;
    expect(size - from).toBeGreaterThan(500);
    for (let cut = from; cut <= size; cut += 1) {
      const copy = copyOf(folder, 'cut');
      truncateSync(join(copy, 'log'), cut);
      const whole = ends.filter((frame) => frame.end <= cut).at(-1);
      const { log, state } = await openLog(copy);
      expect(state.sequence, `cut at ${cut}`).toBe(whole?.rev);
      expect(log.sizeBytes).toBe(whole?.end);
      await log.append([put(state.sequence + 1, 'after the cut')]);
      await log.close();
      const again = await recover(copy);
      expect(again.sequence).toBe((whole?.rev ?? 0) + 1);
    }
  });

  it('cuts off garbage at its end', async () => {
    const folder = temporaryFolder();
    const ends = await writeLog(folder, 3);
    const whole = readFileSync(join(folder, 'log'));
    for (const garbage of [Buffer.alloc(5000), Buffer.alloc(3, 255), whole.subarray(HEADER_BYTES, HEADER_BYTES + 30)]) {
      writeFileSync(join(folder, 'log'), Buffer.concat([whole, garbage]));
      expect((await recover(folder)).sequence).toBe(ends.at(-1)?.rev);
      expect(statSync(join(folder, 'log')).size).toBe(whole.length);
    }
  });

  it('refuses damage in the middle, whichever byte is hit, names file and offset, and changes nothing', async () => {
    const folder = temporaryFolder();
    const ends = await writeLog(folder, 6);
    const [from, to] = [ends[2]?.end ?? 0, ends[3]?.end ?? 0];
    for (let offset = from; offset < to; offset += 1) {
      const copy = copyOf(folder, 'flipped');
      flip(copy, offset);
      const damaged = readFileSync(join(copy, 'log'));
      const details = { file: join(copy, 'log'), offset: from };
      await expect(recover(copy), `byte ${offset}`).rejects.toMatchObject({ code: 'corrupt', details });
      expect(readFileSync(join(copy, 'log')).equals(damaged)).toBe(true);
    }
  });

  it('refuses a damaged header, whichever byte is hit', async () => {
    const folder = temporaryFolder();
    await writeLog(folder, 2);
    for (let offset = 0; offset < HEADER_BYTES; offset += 1) {
      const copy = copyOf(folder, 'header');
      flip(copy, offset);
      await expect(recover(copy), `byte ${offset}`).rejects.toMatchObject({ code: 'corrupt' });
    }
    const copy = copyOf(folder, 'short');
    truncateSync(join(copy, 'log'), HEADER_BYTES - 1);
    await expect(recover(copy)).rejects.toMatchObject({ code: 'corrupt' });
  });

  it('does not take a log that is stored as a value for its own frames', async () => {
    const [inner, outer] = [temporaryFolder(), temporaryFolder()];
    await writeLog(inner, 4);
    mkdirSync(outer);
    const { log } = await openLog(outer);
    const before = log.sizeBytes;
    const value = new Uint8Array(readFileSync(join(inner, 'log')));
    await log.append([{ op: 'put', key: ['log'], rev: 1, writeId: 'w', value }]);
    await log.close();
    truncateSync(join(outer, 'log'), log.sizeBytes - 1);
    expect((await recover(outer)).sequence).toBe(0);
    expect(statSync(join(outer, 'log')).size).toBe(before);
  });

  it('keeps entries, revisions, owners, sessions and write ids across a snapshot', async () => {
    const folder = temporaryFolder();
    mkdirSync(folder);
    const { log, state } = await openLog(folder);
    const records: LogRecord[] = [
      { op: 'session', session: 's', timeoutMs: 700 },
      { op: 'put', key: ['live'], rev: 1, writeId: 'w1', session: 's', value: bytes('x') },
      put(2),
      put(7),
      { op: 'delete', key: ['k', '2'], rev: 8, writeId: 'w8' },
    ];
    await log.append(records);
    for (const record of records) applyRecord(state, record);
    await log.replace(state);
    await log.append([put(9)]);
    applyRecord(state, put(9));
    await log.close();
    const recovered = await recover(folder);
    expect(recovered.entries.range('')).toEqual(state.entries.range(''));
    expect(recovered.sessions).toEqual(state.sessions);
    expect(recovered.owned).toEqual(state.owned);
    expect([...recovered.writes]).toEqual([...state.writes]);
    expect([recovered.sequence, recovered.rememberedFrom]).toEqual([9, 0]);
  });

  it('remembers only the last write ids, and from where on it does', async () => {
    const folder = temporaryFolder();
    mkdirSync(folder);
    const { log, state } = await openLog(folder);
    const records = Array.from({ length: 5000 }, (_, index) => put(index + 1, ''));
    for (const record of records) applyRecord(state, record);
    expect([state.writes.size, state.rememberedFrom]).toEqual([4096, 904]);
    await log.replace(state);
    await log.close();
    const recovered = await recover(folder);
    expect([...recovered.writes]).toEqual([...state.writes]);
    expect(recovered.rememberedFrom).toBe(904);
  });

  it('ignores and removes a snapshot that was not finished', async () => {
    const folder = temporaryFolder();
    const ends = await writeLog(folder, 2);
    writeFileSync(join(folder, 'log.new'), 'half a snapshot');
    expect((await recover(folder)).sequence).toBe(ends.at(-1)?.rev);
    expect(() => statSync(join(folder, 'log.new'))).toThrow();
  });
});
