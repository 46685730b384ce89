import { type Entry, type Guard, HeddleError, type Key } from '@heddle/core';
import { encodeKey } from '../key.ts';
import type { WriteMessage } from '../wire/messages.ts';
import type { StoredEntry } from './map.ts';
import type { LogRecord } from './record.ts';
import type { State } from './state.ts';

/** A change that waits for its turn: a client's write, or the end of a session. */
export type Change =
  | { readonly kind: 'write'; readonly write: WriteMessage; readonly session: string; readonly timeoutMs: number }
  | { readonly kind: 'end'; readonly session: string };

/** What a change comes to, once the records of its batch are durable. */
export type Outcome =
  | { readonly kind: 'written'; readonly rev: string }
  | { readonly kind: 'lost'; readonly current: Entry | undefined }
  | { readonly kind: 'failed'; readonly error: HeddleError };

/** The records of a batch, and what each of its changes comes to. */
export interface Evaluation {
  readonly records: readonly LogRecord[];
  readonly outcomes: readonly Outcome[];
}

/**
 * Decide a batch of changes one after the other, each on top of those before it, without touching the state.
 *
 * The guards are judged before the expected state. A write that is sent again is first looked up by its write id.
 */
export function evaluate(state: State, changes: readonly Change[]): Evaluation {
  const batch = createBatch(state);
  const outcomes = changes.map((change): Outcome => {
    return change.kind === 'end' ? batch.end(change.session) : batch.write(change);
  });
  return { records: batch.records, outcomes };
}

function createBatch(state: State) {
  const records: LogRecord[] = [];
  const overlay = new Map<string, StoredEntry | undefined>();
  const written = new Map<string, number>();
  const begun = new Set<string>();
  const ended = new Set<string>();
  let sequence = state.sequence;
  const look = (encoded: string): StoredEntry | undefined =>
    overlay.has(encoded) ? overlay.get(encoded) : state.entries.get(encoded);
  const failedGuard = (guards: readonly Guard[]): Guard | undefined =>
    guards.find((guard) => look(encodeKey(guard.key))?.rev !== guard.rev);
  const remove = (key: Key, encoded: string, writeId: string): number => {
    sequence += 1;
    overlay.set(encoded, undefined);
    records.push({ op: 'delete', key, rev: sequence, writeId });
    return sequence;
  };

  const put = (change: Change & { kind: 'write' }, encoded: string): number => {
    const { write, session, timeoutMs } = change;
    if (write.liveness && !state.sessions.has(session) && !begun.has(session)) {
      begun.add(session);
      records.push({ op: 'session', session, timeoutMs });
    }
    sequence += 1;
    const { key, value, writeId } = write;
    const owner = write.liveness ? { session } : {};
    records.push({ op: 'put', key, value, writeId, rev: sequence, ...owner });
    overlay.set(encoded, { encoded, key, value, writeId, rev: String(sequence), session: owner.session });
    return sequence;
  };

  return {
    records,
    write(change: Change & { kind: 'write' }): Outcome {
      const { write, session } = change;
      const encoded = encodeKey(write.key);
      const current = look(encoded);
      if (write.again !== undefined) {
        const rev = written.get(write.writeId) ?? rememberedRev(state, current, write.writeId);
        if (rev !== undefined) return { kind: 'written', rev: String(rev) };
        if (!isSurelyNew(state, write, current)) return { kind: 'failed', error: ambiguous(write) };
      }
      const broken = failedGuard(write.guards);
      if (broken) return { kind: 'failed', error: fenced(write, broken) };
      if (write.liveness && ended.has(session)) return { kind: 'failed', error: sessionEnded(write) };
      const wanted = 'rev' in write.expect ? write.expect.rev : undefined;
      if (current?.rev !== wanted) return { kind: 'lost', current };
      const rev = write.type === 'put' ? put(change, encoded) : remove(write.key, encoded, write.writeId);
      written.set(write.writeId, rev);
      return { kind: 'written', rev: String(rev) };
    },
    end(session: string): Outcome {
      ended.add(session);
      const candidates = new Set([...(state.owned.get(session) ?? []), ...overlay.keys()]);
      for (const encoded of candidates) {
        const entry = look(encoded);
        if (entry?.session === session) remove(entry.key, encoded, `end of ${session}`);
      }
      if (state.sessions.has(session) || begun.has(session)) records.push({ op: 'end', session });
      return { kind: 'written', rev: String(sequence) };
    },
  };
}

function rememberedRev(state: State, current: StoredEntry | undefined, writeId: string): number | undefined {
  const rev = state.writes.get(writeId);
  if (rev !== undefined) return rev;
  return current?.writeId === writeId ? Number(current.rev) : undefined;
}

/** A write that is not remembered did not happen, if memory reaches back to its first sending, or the expected revision still stands. */
function isSurelyNew(state: State, write: WriteMessage, current: StoredEntry | undefined): boolean {
  if ((write.again ?? 0) >= state.rememberedFrom) return true;
  return 'rev' in write.expect && current?.rev === write.expect.rev;
}

function ambiguous(write: WriteMessage): HeddleError {
  return new HeddleError('ambiguous', `${nameOf(write)} was interrupted, and whether it happened is no longer known`, {
    details: { key: write.key, writeId: write.writeId },
  });
}

function fenced(write: WriteMessage, guard: Guard): HeddleError {
  return new HeddleError(
    'fenced',
    `${nameOf(write)} was refused: ${guard.key.join('/')} is no longer at revision ${guard.rev}`,
    {
      details: { key: write.key, guard: guard.key },
    },
  );
}

function sessionEnded(write: WriteMessage): HeddleError {
  return new HeddleError('session-lost', `${nameOf(write)} was refused: its session has ended`, {
    details: { key: write.key },
  });
}

function nameOf(write: WriteMessage): string {
  return `${write.type} of ${write.key.join('/')}`;
}
