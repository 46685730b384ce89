import type { HeddleError } from '../errors/heddle-error.ts';
import type { Json } from '../values/json.ts';
import type { StoreAccess } from './access.ts';

/** A key as segments, which the store encodes; `checkKey` has the rules. */
export type Key = readonly string[];

/** A revision: opaque text, different for every write of one key, also across delete and create. */
export type Rev = string;

/** One stored entry. */
export interface Entry {
  readonly key: Key;
  readonly value: Uint8Array;
  readonly rev: Rev;
}

/** The state that a put or delete expects; checked atomically with the write. */
export type Expect = { readonly absent: true } | { readonly rev: Rev };

/** A key that must still have this revision when the write happens. */
export interface Guard {
  readonly key: Key;
  readonly rev: Rev;
}

export interface OperationOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds, > 0; the clock starts with the call. @default 10_000 */
  readonly timeoutMs?: number;
}

export interface WriteOptions extends OperationOptions {
  readonly expect: Expect;
  /** Up to three; one that does not hold is the error `fenced`. */
  readonly guards?: readonly Guard[];
  /** Makes an ambiguous write recognisable; at most 255 bytes as UTF-8. @default a new random id */
  readonly writeId?: string;
}

export interface PutOptions extends WriteOptions {
  /** Tie the entry to this session: it goes when the session ends. @default false */
  readonly liveness?: boolean;
}

/** A lost compare-and-set is a result, not an error. */
export type PutResult =
  | { readonly ok: true; readonly rev: Rev }
  | { readonly ok: false; readonly current: Entry | undefined };

/**
 * What a watch tells; calls come one after the other. A handler that throws ends the process: it is a fault in Heddle.
 *
 * A watch fails where a `get` or `list` of the same prefix throws: a server that does not answer is `down`, and the watch goes on
 * when it is back; every other error, `denied` first of all, ends the watch with `failed`, at once. The error of one watch is no
 * matter of the others, unless the connection itself cannot go on.
 */
export interface WatchHandler {
  /** The current state of an entry, first for all that exist, later for each change; steps between may be left out. */
  state(entry: Entry): void;
  /** The entry is gone. After a reconnect it is told for every entry that went meanwhile. */
  gone(key: Key): void;
  /** All that existed has been told; once after the start and once after every reconnect. */
  synced(): void;
  /** The connection: `down` while the store does not answer, `session-lost` when liveness entries of this session are gone. */
  status(status: 'up' | 'down' | 'session-lost'): void;
  /** The watch cannot be served, and waiting does not help: `denied`, `corrupt`. The last call; never `unavailable` or `closed`. */
  failed(error: HeddleError): void;
}

export interface WatchOptions {
  /** False: only the entry at the prefix itself is told of, not those below it; that may cost a store less. @default true */
  readonly below?: boolean;
  /** With `below: false`, a hint: true when the entry is probably there already. It changes what is asked first, not what is told. @default false */
  readonly isExpected?: boolean;
}

export interface Watch {
  /** End the watch; no handler is called after it resolves. */
  close(): Promise<void>;
}

/** What a store can do; a deployment that needs more is refused at start-up. */
export interface StoreCapabilities {
  readonly distributed: boolean;
  readonly linearizable: boolean;
  readonly durable: boolean;
  /** Only who has the credentials of this connection reads what it writes. */
  readonly acl: boolean;
  /** What travels to the server is encrypted. */
  readonly tls: boolean;
  /** The server is reached over this machine's loopback: nothing crosses a network. @default false */
  readonly loopback?: boolean;
  /** The largest value in bytes. */
  readonly maxValueBytes: number;
  /** The largest number of operations (write and guards) checked in one step, at least 4. */
  readonly maxBatch: number;
}

/**
 * One connection to a store, one session. A store does I/O only: waiting, epochs, gather and retry policy live in core.
 *
 * Every method may throw `unavailable`, `session-lost`, `denied`, `bad-key`, `closed`, `corrupt`; writes also
 * `ambiguous` (sent, and a read-back by write id did not settle it), `fenced` and `too-large`.
 * `undefined` from get means that the server said absent, nothing else.
 */
export interface Store {
  readonly capabilities: StoreCapabilities;
  /** Present where every node can have rights of its own, and this connection shows who it is. */
  readonly access?: StoreAccess;
  /** Write one entry; resolves when it is durable. */
  put(key: Key, value: Uint8Array, options: PutOptions): Promise<PutResult>;
  get(key: Key, options?: OperationOptions): Promise<Entry | undefined>;
  /** Remove one entry; `ok: false` when it was not in the expected state. */
  delete(key: Key, options: WriteOptions): Promise<PutResult>;
  /** All entries at or below `prefix`, in key order. */
  list(prefix: Key, options?: OperationOptions): Promise<readonly Entry[]>;
  /**
   * Watch all entries at or below `prefix`, or with `below: false` the one at it: the current state first, then at least the latest state of each key.
   * What makes it impossible is told to the handler, later; only `bad-key` and `closed` are thrown.
   */
  watch(prefix: Key, handler: WatchHandler, options?: WatchOptions): Watch;
  /**
   * Make room for entries below these keys, for a store where the first of them would have to; it tells nobody, and no entry is made.
   * Undefined: there is nothing to make.
   */
  readonly reserve?: (prefixes: readonly Key[], options?: OperationOptions) => Promise<void>;
  /**
   * Remove what room for entries, rights and removed entries have left at and below a key where there are no entries; what holds one stays. It tells nobody.
   * Undefined: nothing is ever left.
   */
  readonly sweep?: (prefix: Key, options?: OperationOptions) => Promise<void>;
  /** End the session: liveness entries go, pending calls fail with `closed`, nothing keeps the process alive. */
  close(): Promise<void>;
}

/** What `open` gets beside the URL. */
export interface OpenStoreOptions {
  /** Milliseconds until a vanished session's liveness entries go. @default 10_000 */
  readonly sessionTimeoutMs?: number;
  /** Milliseconds, > 0, for the first connection. @default 10_000 */
  readonly connectTimeoutMs?: number;
  /** Who connects; over a user and password in the URL. Never shown. @default nobody */
  readonly credentials?: StoreCredentials;
  /** What an encrypted connection trusts and shows; a URL without encryption takes none of it. @default what Node trusts */
  readonly tls?: StoreTls;
  readonly signal?: AbortSignal;
}

/** A user of a store. */
export interface StoreCredentials {
  readonly user: string;
  readonly password: string;
  /** What the store that made them in `grant` has to know when it is opened with them; nobody else reads it. */
  readonly grant?: Json;
}

/** Certificates of an encrypted connection, each as the text of a PEM file. */
export interface StoreTls {
  /** The authorities whose servers are trusted. @default those that Node trusts */
  readonly authorities?: string;
  /** The certificate that this client shows, with its key: both or none. */
  readonly certificate?: string;
  readonly key?: string;
}

/** A store package's default export: one object. */
export interface StoreDriver {
  readonly name: string;
  /** Version of this contract; a driver of another version is refused. */
  readonly contract: 1;
  /** URL schemes it answers to, without the colon. */
  readonly schemes: readonly string[];
  /** Connect. Throws `config-invalid` for a URL it cannot read, `unavailable` when nothing answers in time. */
  open(url: string, options?: OpenStoreOptions): Promise<Store>;
}

/** Define a store package. */
export function defineStore(driver: StoreDriver): StoreDriver {
  return driver;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Encode a record for `put`. */
export function encodeRecord(record: Json): Uint8Array {
  return encoder.encode(JSON.stringify(record));
}

/** Decode what `encodeRecord` wrote; throws SyntaxError or TypeError when it is not that. */
export function decodeRecord(value: Uint8Array): Json {
  return JSON.parse(decoder.decode(value)) as Json;
}
