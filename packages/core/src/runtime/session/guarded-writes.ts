import { HeddleError, toHeddleError } from '../../errors/heddle-error.ts';
import { type Entry, encodeRecord, type Guard, type Key, type Rev, type Store } from '../../store/store.ts';
import type { Json } from '../../values/json.ts';
import { randomId } from '../random-id.ts';
import type { OutageClock } from './outage-clock.ts';

export interface WriteEntryOptions {
  readonly liveness?: boolean;
  readonly keep?: (current: Entry) => boolean;
  /** Told of an attempt of which there was no answer: whatever comes of the write, that attempt may still be made, also after a removal. */
  readonly unsettled?: () => void;
}

export interface GuardedWritesOptions {
  readonly store: Store;
  readonly guards: readonly Guard[];
  readonly outage: OutageClock;
  /** What forbids every further write; undefined: nothing does. */
  readonly failure: () => HeddleError | undefined;
  /** Say why the store refused. */
  readonly explain: (thrown: unknown) => Promise<HeddleError>;
  /** Told that another agent has the node, or its epoch is closed: nothing is written any more. */
  readonly fenced: (why: HeddleError) => void;
}

/** How often a write that met another revision than it expected is made again. */
const mostAttempts = 5;

/**
 * Writes entries of one node under its guards, whatever revision they have.
 *
 * Writes of one key are serialised; an ambiguous write is read back before anything else happens to that key.
 */
export class GuardedWrites {
  readonly #options: GuardedWritesOptions;
  readonly #revs = new Map<string, Rev>();
  readonly #queues = new Map<string, Promise<unknown>>();

  constructor(options: GuardedWritesOptions) {
    this.#options = options;
  }

  /** As `NodeSession.write`. */
  write(key: Key, record: object, options: WriteEntryOptions = {}): Promise<Rev> {
    return this.#serialised(key, () => this.#write(key, encodeRecord(record as Json), options));
  }

  /** As `NodeSession.remove`. */
  remove(key: Key, only?: Rev): Promise<void> {
    return this.#serialised(key, async () => {
      const id = key.join('\0');
      if (only !== undefined) {
        await this.#removeRevision(key, only);
        return;
      }
      // What this session wrote last is most likely what is there.
      let rev = this.#revs.get(id) ?? (await this.#get(key))?.rev;
      this.#revs.delete(id);
      for (let attempt = 0; rev !== undefined; attempt += 1) {
        if (attempt === mostAttempts) throw keepsChanging(key);
        rev = await this.#removeRevision(key, rev);
      }
    });
  }

  /** Remove an entry if it has this revision; answers the revision that it has otherwise. */
  async #removeRevision(key: Key, rev: Rev): Promise<Rev | undefined> {
    const { store, guards, outage } = this.#options;
    try {
      const result = await outage.patiently(() => store.delete(key, { expect: { rev }, guards }));
      return result.ok ? undefined : result.current?.rev;
    } catch (thrown) {
      if (toHeddleError(thrown).code !== 'ambiguous') throw thrown;
      return (await this.#get(key))?.rev;
    }
  }

  async #write(key: Key, value: Uint8Array, { liveness = false, keep, unsettled }: WriteEntryOptions): Promise<Rev> {
    const { store, guards, failure } = this.#options;
    const forbidden = failure();
    if (forbidden !== undefined) throw forbidden;
    const id = key.join('\0');
    const writeId = randomId();
    // What this session has not written yet is taken for new: where it is not, the refusal brings the revision, and nothing is asked first.
    let rev = keep === undefined ? this.#revs.get(id) : undefined;
    // A lost compare-and-set means an earlier incarnation's write landed late, or a session's entry went: look and try again, a few times.
    for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
      const expect = rev === undefined ? ({ absent: true } as const) : { rev };
      const put = () => store.put(key, value, { expect, guards, liveness, writeId });
      const result = await this.#settle(key, value, put, { rev, unsettled });
      if (result.ok) {
        this.#revs.set(id, result.rev);
        return result.rev;
      }
      const { current } = result;
      // The text is there: an attempt of which there was no answer landed after the look, or it was to replace the same text. Once more would be
      // another revision, and what is seen may be older. An entry of the session is to be the session's: only its own write makes it that.
      const isOwn = current !== undefined && !liveness && Buffer.compare(current.value, value) === 0;
      if (current !== undefined && (isOwn || keep?.(current) === true)) {
        this.#revs.set(id, current.rev);
        return current.rev;
      }
      rev = current?.rev;
    }
    throw keepsChanging(key);
  }

  async #settle<T extends { ok: boolean }>(
    key: Key,
    value: Uint8Array,
    put: () => Promise<T>,
    { rev, unsettled }: { rev: Rev | undefined; unsettled: WriteEntryOptions['unsettled'] },
  ) {
    try {
      return await this.#options.outage.patiently(put);
    } catch (thrown) {
      const error = toHeddleError(thrown);
      if (error.code !== 'ambiguous') throw error;
      unsettled?.();
      const entry = await this.#get(key);
      // What the write was to replace may be the same text: then it has not landed, and still may.
      const hasLanded = entry !== undefined && entry.rev !== rev && Buffer.compare(entry.value, value) === 0;
      if (hasLanded) return { ok: true, rev: entry.rev } as const;
      return { ok: false, current: entry } as const;
    }
  }

  #get(key: Key): Promise<Entry | undefined> {
    const { store, outage } = this.#options;
    return outage.patiently(() => store.get(key));
  }

  #serialised<T>(key: Key, operation: () => Promise<T>): Promise<T> {
    const id = key.join('\0');
    const before = this.#queues.get(id) ?? Promise.resolve();
    const explained = async () => {
      try {
        return await operation();
      } catch (thrown) {
        const error = await this.#options.explain(thrown);
        if (error.code === 'fenced') this.#options.fenced(error);
        throw error;
      }
    };
    const after = before.then(explained, explained);
    this.#queues.set(id, after);
    const forget = () => {
      if (this.#queues.get(id) === after) this.#queues.delete(id);
    };
    after.then(forget, forget);
    return after;
  }
}

function keepsChanging(key: Key): HeddleError {
  return new HeddleError('ambiguous', `the entry ${key.join('/')} keeps changing under this agent`);
}
