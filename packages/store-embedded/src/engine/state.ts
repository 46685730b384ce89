import { encodeKey } from '../key.ts';
import { createEntryMap, type EntryMap, type StoredEntry } from './map.ts';
import type { LogRecord } from './record.ts';

/** How many of the last write ids are remembered, to recognise a write that is sent again. */
const REMEMBERED_WRITES = 4096;

/** Everything that is durable; it changes by records only, the same way when they are written and when they are recovered. */
export interface State {
  readonly entries: EntryMap;
  /** Session id to timeout in milliseconds, of the sessions that are in the log. */
  readonly sessions: Map<string, number>;
  /** Session id to the encoded keys of its liveness entries. */
  readonly owned: Map<string, Set<string>>;
  /** The last write ids, oldest first, with the revision that each made. */
  readonly writes: Map<string, number>;
  /** The revision of the last write. */
  sequence: number;
  /** Every write after this sequence is still in `writes`. */
  rememberedFrom: number;
}

/** Create the state of an empty store. */
export function createState(): State {
  return {
    entries: createEntryMap(),
    sessions: new Map(),
    owned: new Map(),
    writes: new Map(),
    sequence: 0,
    rememberedFrom: 0,
  };
}

/** Apply one record; returns the encoded key that it changed. */
export function applyRecord(state: State, record: LogRecord): string | undefined {
  switch (record.op) {
    case 'put':
      return applyPut(state, record);
    case 'delete': {
      const encoded = encodeKey(record.key);
      remove(state, encoded);
      remember(state, record.writeId, record.rev);
      return encoded;
    }
    case 'session':
      state.sessions.set(record.session, record.timeoutMs);
      return undefined;
    case 'end':
      state.sessions.delete(record.session);
      return undefined;
    case 'base':
      state.sequence = record.sequence;
      state.rememberedFrom = record.rememberedFrom;
      state.writes.clear();
      return undefined;
    case 'remember':
      state.writes.set(record.writeId, record.rev);
      return undefined;
  }
}

/** Describe the whole state as records, in an order that can be applied. */
export function* recordsOf(state: State): Generator<LogRecord> {
  for (const [session, timeoutMs] of state.sessions) yield { op: 'session', session, timeoutMs };
  for (const entry of state.entries.range('')) {
    const { key, value, writeId } = entry;
    const owner = entry.session === undefined ? {} : { session: entry.session };
    yield { op: 'put', key, value, writeId, rev: Number(entry.rev), ...owner };
  }
  // After the entries, because each of them counts as a write while it is applied; `base` forgets those again.
  yield { op: 'base', sequence: state.sequence, rememberedFrom: state.rememberedFrom };
  for (const [writeId, rev] of state.writes) yield { op: 'remember', writeId, rev };
}

function applyPut(state: State, record: LogRecord & { op: 'put' }): string {
  const encoded = encodeKey(record.key);
  remove(state, encoded);
  const { key, value, writeId, session } = record;
  const entry: StoredEntry = { encoded, key, value, rev: String(record.rev), writeId, session };
  state.entries.set(entry);
  if (session !== undefined) {
    const owned = state.owned.get(session) ?? new Set<string>();
    state.owned.set(session, owned.add(encoded));
  }
  remember(state, writeId, record.rev);
  return encoded;
}

function remove(state: State, encoded: string): void {
  const old = state.entries.get(encoded);
  if (!old) return;
  state.entries.delete(encoded);
  if (old.session === undefined) return;
  const owned = state.owned.get(old.session);
  owned?.delete(encoded);
  if (owned?.size === 0) state.owned.delete(old.session);
}

function remember(state: State, writeId: string, rev: number): void {
  state.sequence = Math.max(state.sequence, rev);
  state.writes.delete(writeId);
  state.writes.set(writeId, rev);
  if (state.writes.size <= REMEMBERED_WRITES) return;
  const [oldest, oldestRev] = state.writes.entries().next().value as [string, number];
  state.writes.delete(oldest);
  state.rememberedFrom = Math.max(state.rememberedFrom, oldestRev);
}

/** The bytes that a snapshot of the state would take, roughly. */
export function snapshotBytes(state: State): number {
  let bytes = 80 * (state.writes.size + state.sessions.size);
  for (const entry of state.entries.range('')) bytes += entry.value.byteLength + 2 * entry.encoded.length + 160;
  return bytes;
}
