import {
  compareKeys,
  type Entry,
  HeddleError,
  type Key,
  type PreparedWrite,
  type PutResult,
  type Rev,
} from '@heddle/core';

/** One write that happened; `value: undefined` is a removal. */
export interface Change {
  /** Counts all writes, from 1. */
  readonly version: number;
  readonly atMs: number;
  readonly key: Key;
  readonly value: Uint8Array | undefined;
  readonly rev: Rev;
  /** The session that the entry goes with. */
  readonly session: number | undefined;
}

/** Text of a key, for maps. */
export function idOf(key: Key): string {
  return key.join('\0');
}

/** What really is in the store: all writes in one order. Connections see some prefix of it. */
export class Truth {
  readonly #nowMs: () => number;
  readonly #changes: Change[] = [];
  readonly #byKey = new Map<string, Change[]>();
  readonly #byBranch = new Map<string, Map<string, Key>>();
  readonly #listeners = new Map<string, Set<(change: Change) => void>>();
  readonly #owned = new Map<number, Set<string>>();
  #sessions = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  get version(): number {
    return this.#changes.length;
  }

  get changes(): readonly Change[] {
    return this.#changes;
  }

  /** All that was ever written to one key, oldest first. */
  history(key: Key): readonly Change[] {
    return this.#byKey.get(idOf(key)) ?? [];
  }

  /** The oldest version that was the newest at some moment since `atMs`. */
  versionSince(atMs: number): number {
    let low = 0;
    let high = this.#changes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#changes[middle] as Change).atMs < atMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The last change of a key at a version; undefined when it had none. */
  changeAt(key: Key, version = this.version): Change | undefined {
    const changes = this.#byKey.get(idOf(key)) ?? [];
    for (let index = changes.length - 1; index >= 0; index -= 1) {
      const change = changes[index] as Change;
      if (change.version <= version) return change;
    }
    return undefined;
  }

  get(key: Key, version = this.version): Entry | undefined {
    return entryOf(this.changeAt(key, version));
  }

  /** All entries at or below a prefix at a version, in key order. */
  below(prefix: Key, version = this.version): Entry[] {
    const found: Entry[] = [];
    for (const [branch, keys] of this.#byBranch) {
      if (prefix.length >= branchLength && branch !== branchOf(prefix)) continue;
      for (const key of keys.values()) {
        const entry = prefix.every((segment, index) => key[index] === segment) ? this.get(key, version) : undefined;
        if (entry !== undefined) found.push(entry);
      }
    }
    return found.sort((a, b) => compareKeys(a.key, b.key));
  }

  beginSession(): number {
    this.#sessions += 1;
    this.#owned.set(this.#sessions, new Set());
    return this.#sessions;
  }

  hasSession(session: number): boolean {
    return this.#owned.has(session);
  }

  /** End a session: its liveness entries go. */
  endSession(session: number): void {
    const owned = this.#owned.get(session) ?? [];
    this.#owned.delete(session);
    for (const id of owned) {
      const change = this.#byKey.get(id)?.at(-1);
      if (change?.session === session) this.#append(change.key, undefined, undefined);
    }
  }

  /**
   * Do one write, or find out that it does not happen.
   *
   * @param session  The session that the entry shall go with.
   * @throws fenced, session-lost
   */
  write({ key, expect, guards }: PreparedWrite, value: Uint8Array | undefined, session?: number): PutResult {
    if (session !== undefined && !this.hasSession(session))
      throw new HeddleError('session-lost', `store put of ${key.join('/')}: the session has ended`);
    for (const guard of guards) {
      if (this.get(guard.key)?.rev !== guard.rev)
        throw new HeddleError('fenced', `store write of ${key.join('/')}: ${guard.key.join('/')} has changed`);
    }
    const current = this.get(key);
    if (current?.rev !== ('rev' in expect ? expect.rev : undefined)) return { ok: false, current };
    return { ok: true, rev: this.#append(key, value, session).rev };
  }

  /** Be told every change at or below a prefix, at once. */
  listen(prefix: Key, told: (change: Change) => void): () => void {
    const id = idOf(prefix);
    const listeners = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, listeners.add(told));
    return () => {
      listeners.delete(told);
      if (listeners.size === 0 && this.#listeners.get(id) === listeners) this.#listeners.delete(id);
    };
  }

  #append(key: Key, value: Uint8Array | undefined, session: number | undefined): Change {
    const version = this.#changes.length + 1;
    const change: Change = { version, atMs: this.#nowMs(), key, value, rev: String(version), session };
    this.#changes.push(change);
    const id = idOf(key);
    const known = this.#byKey.get(id);
    if (known !== undefined) known.push(change);
    else {
      this.#byKey.set(id, [change]);
      const branch = branchOf(key);
      this.#byBranch.set(branch, (this.#byBranch.get(branch) ?? new Map<string, Key>()).set(id, key));
    }
    if (session !== undefined) this.#owned.get(session)?.add(id);
    for (let length = 0; length <= key.length; length += 1) {
      const listeners = this.#listeners.get(idOf(key.slice(0, length)));
      if (listeners !== undefined) for (const told of listeners) told(change);
    }
    return change;
  }
}

/** Deployment, epoch and kind of entry: a list looks at the keys of one kind only. */
const branchLength = 3;

function branchOf(key: Key): string {
  return idOf(key.slice(0, branchLength));
}

function entryOf(change: Change | undefined): Entry | undefined {
  if (change?.value === undefined) return undefined;
  return { key: [...change.key], value: change.value.slice(), rev: change.rev };
}
