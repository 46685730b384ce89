import {
  type DeploymentEvent,
  type Entry,
  type Envelope,
  encodeRecord,
  eventKinds,
  eventsOf,
  type Key,
  parse,
} from '@heddle/core';

/** Gets one event; resolves when the next one may come. */
export type TellEvent = (event: DeploymentEvent) => Promise<void>;

/**
 * Turns changes of entries into events, each once, in the order in which they came.
 *
 * Whoever reads slower than the deployment changes is told less often, the latest state of each entry at least: nothing is
 * kept but one entry for each key.
 */
export class EventStream {
  readonly #tell: TellEvent;
  readonly #onError: (thrown: unknown) => void;
  readonly #told = new Map<string, Entry>();
  readonly #latest = new Map<string, { readonly key: Key; readonly entry: Entry | undefined }>();
  readonly #changed = new Set<string>();
  #isOpen = false;
  #telling: Promise<void> | undefined;

  constructor(tell: TellEvent, onError: (thrown: unknown) => void) {
    this.#tell = tell;
    this.#onError = onError;
  }

  /** An entry was told of, or is gone. */
  change(key: Key, entry: Entry | undefined): void {
    const id = key.join('/');
    // After a reconnect all is told again.
    if (entry !== undefined && this.#latest.get(id)?.entry?.rev === entry.rev) return;
    this.#latest.set(id, { key, entry: entry === undefined ? undefined : withoutValue(entry) });
    this.#changed.add(id);
    this.#go();
  }

  /**
   * Begin to tell: all that is there has been changed in.
   *
   * @param fromStart  True: tell what is there first. False: only what changes from now on.
   */
  open(fromStart: boolean): void {
    const kind = (id: string) => eventKinds.indexOf(id.split('/')[2] as (typeof eventKinds)[number]);
    const present = [...this.#changed].sort((a, b) => kind(a) - kind(b));
    this.#changed.clear();
    for (const id of present) {
      const entry = this.#latest.get(id)?.entry;
      if (fromStart) this.#changed.add(id);
      else if (entry !== undefined) this.#told.set(id, entry);
    }
    this.#isOpen = true;
    this.#go();
  }

  /** The keys of a kind that are there, as far as is known. */
  keys(kind: (typeof eventKinds)[number]): readonly Key[] {
    return [...this.#latest.values()]
      .filter(({ key, entry }) => key[2] === kind && entry !== undefined)
      .map(({ key }) => key);
  }

  /** What is kept of an entry. */
  entry(key: Key): Entry | undefined {
    return this.#latest.get(key.join('/'))?.entry;
  }

  /** Resolve when all has been told that is known. */
  async drained(): Promise<void> {
    while (this.#telling !== undefined) await this.#telling;
  }

  #go(): void {
    if (!this.#isOpen || this.#telling !== undefined) return;
    this.#telling = this.#tellAll()
      .catch(this.#onError)
      .finally(() => {
        this.#telling = undefined;
        if (this.#changed.size > 0) this.#go();
      });
  }

  async #tellAll(): Promise<void> {
    for (const id of this.#changed) {
      this.#changed.delete(id);
      const latest = this.#latest.get(id);
      if (latest === undefined) continue;
      const { key, entry } = latest;
      const events = eventsOf(key, this.#told.get(id), entry);
      if (entry === undefined) {
        this.#told.delete(id);
        this.#latest.delete(id);
      } else this.#told.set(id, entry);
      for (const event of events) await this.#tell(event);
    }
  }
}

/** Of a published value only what is said about it is kept: it may be secret, and a megabyte long. */
function withoutValue(entry: Entry): Entry {
  if (entry.key[2] !== 'values' || entry.value.byteLength === 0) return entry;
  const { sensitive, source } = parse<Envelope>(entry);
  return { ...entry, value: encodeRecord({ sensitive, ...(source === undefined ? {} : { source }) }) };
}
