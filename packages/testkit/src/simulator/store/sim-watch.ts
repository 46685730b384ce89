import type { Key, WatchHandler } from '@heddle/core';
import type { Weather } from '../faults/weather.ts';
import type { SimProcess } from '../time/process.ts';
import { type Change, idOf, type Truth } from './truth.ts';

/** Told what happens on a connection, for who looks into a run. */
export type Trace = (who: string, what: string) => void;

/** What a watch has to know of the connection that it is on. */
export interface WatchLink {
  readonly process: SimProcess;
  readonly truth: Truth;
  readonly weather: Weather;
  readonly trace: Trace | undefined;
  /** Counts the times that the link broke; news of before are lost. */
  readonly generation: number;
  /** A version that this connection may see now, not before one that it has seen. */
  view(): number;
  /** The connection has seen this version. */
  saw(version: number): void;
}

/**
 * One watch of a simulated connection. It keeps what the interface promises, and nothing more: the latest state of each key sooner or later;
 * news of different keys in any order; steps left out.
 */
export class SimWatch {
  readonly #link: WatchLink;
  readonly #prefix: Key;
  /** False: only the entry at the prefix itself. */
  readonly #below: boolean;
  readonly #handler: WatchHandler;
  readonly #told = new Map<string, { readonly key: Key; readonly version: number; readonly isThere: boolean }>();
  #calls: (() => void)[] = [];
  #isCalling = false;
  #isClosed = false;
  #stopListening: () => void;

  constructor(link: WatchLink, prefix: Key, below: boolean, handler: WatchHandler) {
    this.#below = below;
    this.#link = link;
    this.#prefix = prefix;
    this.#handler = handler;
    this.#stopListening = link.truth.listen(prefix, (change) => this.#onChange(change));
  }

  close(): void {
    this.#isClosed = true;
    this.#calls = [];
    this.#stopListening();
    this.#stopListening = () => undefined;
  }

  status(status: 'up' | 'down' | 'session-lost'): void {
    this.#link.trace?.(this.#link.process.name, `watch of ${this.#prefix.join('/')}: ${status}`);
    this.#call(() => this.#handler.status(status));
  }

  /** Tell all that exists, what has gone since it was told, and that this was all. */
  tellAll(): void {
    const { generation } = this.#link;
    this.#link.process.after(this.#link.weather.newsMs(), () => {
      if (this.#isClosed || generation !== this.#link.generation) return;
      const version = this.#link.view();
      const one = this.#below ? undefined : this.#link.truth.get(this.#prefix, version);
      const entries = this.#below ? this.#link.truth.below(this.#prefix, version) : one === undefined ? [] : [one];
      const there = new Set(entries.map(({ key }) => idOf(key)));
      for (const { key } of entries) this.#call(() => this.#tell(key, version, true));
      for (const { key, isThere } of this.#told.values())
        if (isThere && !there.has(idOf(key))) this.#call(() => this.#tell(key, version, false));
      this.#call(() => this.#handler.synced());
      // What happened after the moment that this view shows, and before this watch listened, is news, too.
      for (const change of this.#link.truth.changes.slice(version))
        if (this.#prefix.every((segment, index) => change.key[index] === segment)) this.#onChange(change);
    });
  }

  #onChange(change: Change): void {
    if (!this.#below && change.key.length > this.#prefix.length) return;
    const { generation, process, weather } = this.#link;
    process.after(weather.newsMs(), () => {
      if (this.#isClosed || generation !== this.#link.generation) return;
      const isCoalesced = weather.isCoalesced();
      const version = isCoalesced ? this.#link.truth.version : change.version;
      if (isCoalesced && (this.#link.truth.changeAt(change.key)?.version ?? 0) > change.version)
        weather.count('coalesced-watch');
      this.#call(() => this.#tell(change.key, version, false));
    });
  }

  /** Tell a key's state at a version, unless a later one was told. `isListed`: tell it again even if it is the same. */
  #tell(key: Key, version: number, isListed: boolean): void {
    const change = this.#link.truth.changeAt(key, version);
    const known = this.#told.get(idOf(key));
    if (change === undefined || (known !== undefined && known.version > change.version)) return;
    if (known?.version === change.version && !isListed) return;
    const isThere = change.value !== undefined;
    this.#told.set(idOf(key), { key: change.key, version: change.version, isThere });
    this.#link.saw(change.version);
    const { trace, process } = this.#link;
    trace?.(
      process.name,
      `watch of ${this.#prefix.join('/')}: ${key.join('/')} ${isThere ? `is ${change.rev}` : 'is gone'}`,
    );
    if (isThere) this.#handler.state({ key: [...change.key], value: change.value.slice(), rev: change.rev });
    else if (known?.isThere === true) this.#handler.gone([...change.key]);
  }

  /** Calls of one watch come one after the other, each in a turn of its own. */
  #call(call: () => void): void {
    this.#calls.push(call);
    if (this.#isCalling) return;
    this.#isCalling = true;
    this.#next();
  }

  #next(): void {
    this.#link.process.after(0, () => {
      const call = this.#calls.shift();
      if (call === undefined || this.#isClosed) {
        this.#isCalling = false;
        return;
      }
      call();
      this.#next();
    });
  }
}
