import assert from 'node:assert/strict';
import { type Entry, isHeddleError, type Key, type PutResult, type Rev, type Store } from '@heddle/core';
import { createRandom } from '../random.ts';
import { bytes, textOf } from '../store-conformance/entries.ts';
import type { RegisterAction, RegisterOperation, Version, WriteEnd } from './history.ts';

/** The most operations of one key: what `checkRegister` is meant for. */
const OPERATIONS_PER_KEY = 250;
const KEYS_AT_ONCE = 4;

export interface RecordOptions {
  /** Connections, independent of one another; each does one operation at a time. */
  readonly stores: readonly Store[];
  /** How many operations, of all clients together, those included that had no answer. */
  readonly operations: number;
  /** Of what the clients choose to do; what the store answers is its own affair. */
  readonly seed: number;
  /** Milliseconds, > 0, after which a client takes no answer for one. */
  readonly timeoutMs: number;
  /** Remove nothing while another client makes the entry and has no answer yet: for a store that may make it once more then. @default false */
  readonly removesAfterAnswers?: boolean;
}

/** What clients saw of a store. */
export interface Recording {
  /** By key, joined with "/". */
  readonly histories: ReadonlyMap<string, readonly RegisterOperation[]>;
  /** How many operations ended so: `done`, `lost`, `open`, or with nothing to record, `none`. */
  readonly ends: Readonly<Record<'done' | 'lost' | 'open' | 'none', number>>;
}

/** Clients at work. */
export interface Recorder {
  /** Wait until so many operations have been called, at most all of them. */
  called(count: number): Promise<void>;
  /** Everything, when all clients have ended; rejects with the first error that is no answer of a store under faults. */
  readonly recording: Promise<Recording>;
}

/** A key, and what each client knows of it. */
interface Register {
  readonly key: Key;
  readonly operations: RegisterOperation[];
  called: number;
  /** What each client expects of it. */
  readonly known: Map<number, Entry | undefined>;
  /** Which write made a revision, and which revision a write made: never two. */
  readonly versions: Map<Rev, string>;
  readonly revs: Map<string, Rev>;
  /** How many clients make the entry now, and have no answer yet. */
  making: number;
}

/**
 * Let several clients get, put and delete the same few keys at once, and write down when they called and what they were told.
 *
 * A write expects what its client last knew, so many are lost. A write that was refused before it was sent (`unavailable`) must not happen,
 * and is not recorded; one that is `ambiguous` is open.
 */
export function recordHistories({
  stores,
  operations,
  seed,
  timeoutMs,
  removesAfterAnswers = false,
}: RecordOptions): Recorder {
  const histories = new Map<string, RegisterOperation[]>();
  const ends = { done: 0, lost: 0, open: 0, none: 0 };
  const registers: Register[] = [];
  const waiting = new Set<() => void>();
  const progress = { called: 0, isOver: false };
  let clock = 0;

  const newRegister = (): Register => {
    const key = ['registers', String(histories.size)];
    const register = {
      key,
      operations: [],
      called: 0,
      known: new Map(),
      versions: new Map(),
      revs: new Map(),
      making: 0,
    };
    histories.set(key.join('/'), register.operations);
    return register;
  };

  const next = (random: () => number): Register => {
    const index = Math.floor(random() * KEYS_AT_ONCE);
    let register = registers[index];
    if (register === undefined || register.called >= OPERATIONS_PER_KEY) registers[index] = register = newRegister();
    register.called += 1;
    progress.called += 1;
    for (const check of waiting) check();
    return register;
  };

  const runClient = async (store: Store, client: number): Promise<void> => {
    const { random } = createRandom(seed + client);
    while (progress.called < operations && !progress.isOver) {
      const register = next(random);
      const calledAt = (clock += 1);
      const action = await act(store, register, {
        client,
        name: `${client}.${progress.called}`,
        dice: random(),
        timeoutMs,
        removesAfterAnswers,
      });
      if (action) register.operations.push({ client, calledAt, endedAt: (clock += 1), action });
      ends[action === undefined ? 'none' : action.kind === 'get' ? 'done' : action.end.kind] += 1;
    }
  };
  const run = async (): Promise<Recording> => {
    try {
      await Promise.all(stores.map(runClient));
    } finally {
      progress.isOver = true;
      for (const check of waiting) check();
    }
    return { histories, ends };
  };
  return {
    called: (count) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (progress.called < Math.min(count, operations) && !progress.isOver) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
    recording: run(),
  };
}

interface Turn {
  readonly client: number;
  /** Of the version that it writes. */
  readonly name: string;
  /** 0 <= dice < 1: what to do. */
  readonly dice: number;
  readonly timeoutMs: number;
  readonly removesAfterAnswers: boolean;
}

/** Do one operation; undefined when there is nothing to record of it. */
async function act(store: Store, register: Register, turn: Turn): Promise<RegisterAction | undefined> {
  const { key, known } = register;
  const { client, name, dice, timeoutMs, removesAfterAnswers } = turn;
  if (dice < 0.4 || !known.has(client)) {
    try {
      const entry = await store.get(key, { timeoutMs });
      known.set(client, entry);
      return { kind: 'get', found: versionOf(register, entry) };
    } catch (error) {
      checkIsFault(error);
      return undefined;
    }
  }
  const current = known.get(client);
  const expects = versionOf(register, current);
  const options = { expect: current ? { rev: current.rev } : ({ absent: true } as const), timeoutMs };
  if (dice < 0.9) {
    const value = bytes(name);
    if (current === undefined) register.making += 1;
    try {
      const end = await endOf(register, client, store.put(key, value, options), (rev) => ({ key, value, rev }));
      return end && { kind: 'put', expects, writes: name, end };
    } finally {
      if (current === undefined) register.making -= 1;
    }
  }
  if (removesAfterAnswers && register.making > 0) return undefined;
  const end = await endOf(register, client, store.delete(key, options), () => undefined);
  return end && { kind: 'delete', expects, end };
}

/** Wait for the end of a write, and keep what the client knows by it; undefined when it cannot have happened. */
async function endOf(
  register: Register,
  client: number,
  write: Promise<PutResult>,
  written: (rev: Rev) => Entry | undefined,
): Promise<WriteEnd | undefined> {
  try {
    const result = await write;
    const entry = result.ok ? written(result.rev) : result.current;
    register.known.set(client, entry);
    const version = versionOf(register, entry);
    return result.ok ? { kind: 'done' } : { kind: 'lost', found: version };
  } catch (error) {
    const code = checkIsFault(error);
    return code === 'unavailable' ? undefined : { kind: 'open' };
  }
}

/** The version of an entry; one revision means one version, and the other way round. */
function versionOf({ versions, revs }: Register, entry: Entry | undefined): Version {
  const version = textOf(entry);
  if (entry === undefined || version === undefined) return undefined;
  assert.equal(versions.get(entry.rev) ?? version, version, `the revision ${entry.rev} has two values`);
  assert.equal(revs.get(version) ?? entry.rev, entry.rev, `the value ${version} has two revisions`);
  versions.set(entry.rev, version);
  revs.set(version, entry.rev);
  return version;
}

/** What a store may say when it is out of reach; everything else ends the recording. */
function checkIsFault(error: unknown): 'unavailable' | 'ambiguous' | 'session-lost' {
  if (isHeddleError(error)) {
    const { code } = error;
    if (code === 'unavailable' || code === 'ambiguous' || code === 'session-lost') return code;
  }
  throw error;
}
