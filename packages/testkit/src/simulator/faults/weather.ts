import type { FaultClass, Tally } from './tally.ts';

/** How likely each small fault is, and how long things take at most. */
export interface Climate {
  /** Milliseconds that a request, a reply or a watch's news takes, most of the time. */
  readonly latencyMs: number;
  /** Share of requests, replies and news that take up to `slowMs`. */
  readonly slow: number;
  readonly slowMs: number;
  /** Share of reads that see an older state, of at most `staleMs` ago. */
  readonly stale: number;
  readonly staleMs: number;
  /** Share of news that tell the latest state instead of the one that they were sent for. */
  readonly coalesced: number;
  /** Shares of requests that are refused before they are sent, whose reply is lost, that land after their caller was told `ambiguous`, or never. */
  readonly refused: number;
  readonly lostReply: number;
  readonly late: number;
  readonly never: number;
}

/** Nothing goes wrong, and every answer takes a few milliseconds. */
export const calm: Climate = {
  latencyMs: 10,
  slow: 0,
  slowMs: 0,
  stale: 0,
  staleMs: 0,
  coalesced: 0.5,
  refused: 0,
  lostReply: 0,
  late: 0,
  never: 0,
};

/** What becomes of one request. */
export type Fate = 'answered' | 'refused' | 'lost-reply' | 'late' | 'never';

/** Decides the small things of a world by chance: how long each message takes, and what gets lost. */
export class Weather {
  readonly climate: Climate;
  readonly #random: () => number;
  readonly #tally: Tally;

  constructor(climate: Climate, random: () => number, tally: Tally) {
    this.climate = climate;
    this.#random = random;
    this.#tally = tally;
  }

  /** Milliseconds that a message takes. */
  travelMs(): number {
    return this.#durationMs('slow-request');
  }

  /** Milliseconds until a watch tells a change. */
  newsMs(): number {
    return this.#durationMs('slow-watch');
  }

  /** Milliseconds, from 0 to `mostMs`. */
  upToMs(mostMs: number): number {
    return this.#random() * mostMs;
  }

  /** One of the whole numbers from `from` to `to`. */
  between(from: number, to: number): number {
    return from + Math.floor(this.#random() * (to - from + 1));
  }

  isStale(): boolean {
    return this.#random() < this.climate.stale;
  }

  isCoalesced(): boolean {
    return this.#random() < this.climate.coalesced;
  }

  isHeads(): boolean {
    return this.#random() < 0.5;
  }

  fate(isWrite: boolean): Fate {
    const { refused, lostReply, late, never } = this.climate;
    let left = this.#random();
    left -= refused;
    if (left < 0) return this.#count('refused-request', 'refused');
    if (!isWrite) return 'answered';
    left -= lostReply;
    if (left < 0) return this.#count('lost-reply', 'lost-reply');
    left -= late;
    if (left < 0) return 'late';
    left -= never;
    return left < 0 ? this.#count('write-never-landed', 'never') : 'answered';
  }

  count(fault: FaultClass): void {
    this.#tally.add(fault);
  }

  #count(fault: FaultClass, fate: Fate): Fate {
    this.#tally.add(fault);
    return fate;
  }

  #durationMs(fault: FaultClass): number {
    if (this.#random() >= this.climate.slow) return this.#random() * this.climate.latencyMs;
    this.#tally.add(fault);
    return this.#random() * this.climate.slowMs;
  }
}
