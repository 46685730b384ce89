import { setTimeout as sleep } from 'node:timers/promises';
import type { OpenStoreOptions, Store, StoreDriver } from '@heddle/core';
import { createRandom } from '../random.ts';
import { bytes, textOf } from '../store-conformance/entries.ts';
import { createTcpProxy, type TcpProxy } from '../store-conformance/proxy.ts';
import { type Latest, watchLatest } from './latest.ts';
import { type MemorySlopes, measureMemory } from './memory.ts';
import { createTally, type Tally } from './tally.ts';

const WRITERS = 3;
const WATCHERS = 2;
const SESSION_TIMEOUT_MS = 2000;
const OPERATION_TIMEOUT_MS = 2000;
/** Between two writes of a writer: a soak is long, not fast. */
const PAUSE_MS = 10;

export interface SoakOptions {
  readonly driver: StoreDriver;
  readonly server: { readonly host: string; readonly port: number };
  /** The URL of the server through a port of 127.0.0.1. */
  readonly urlOf: (port: number) => string;
  readonly durationMs: number;
  readonly seed: number;
  /** Milliseconds, > 0: the bound of each wait for something that has to happen. @default 60_000 */
  readonly patienceMs?: number;
}

/** What a soak did; that it ended says that nothing was lost and nothing happened twice. */
export interface SoakReport {
  readonly cuts: number;
  readonly attempts: number;
  readonly counted: number;
  readonly ambiguous: number;
  readonly memory: MemorySlopes;
}

/**
 * Write, watch, and cut a connection every few seconds, for a long time.
 *
 * Writers count by compare-and-set, each in an entry of its own and all of them in a shared one. After every cut all watchers have to be
 * told a number that is written then; at the end they have to know everything as it is.
 * @throws Error when an acknowledged write was lost, a write happened twice or a watch was not told the latest; what else a store throws.
 */
export async function runSoak(options: SoakOptions): Promise<SoakReport> {
  const { driver, server, urlOf, durationMs, seed, patienceMs = 60_000 } = options;
  const memory = measureMemory();
  const stores: Store[] = [];
  const proxies: TcpProxy[] = [];
  const openOptions: OpenStoreOptions = { sessionTimeoutMs: SESSION_TIMEOUT_MS };
  const open = async (): Promise<Store> => {
    const proxy = await createTcpProxy(() => server);
    proxies.push(proxy);
    const store = await driver.open(urlOf(proxy.port), openOptions);
    stores.push(store);
    return store;
  };
  try {
    const tallies: Tally[][] = [];
    for (let number = 0; number < WRITERS; number += 1) {
      const [store, writer] = [await open(), `w${number}`];
      tallies.push(keysOf(writer).map((key) => createTally(store, key, writer, OPERATION_TIMEOUT_MS)));
    }
    const watches: Latest[] = [];
    for (let number = 0; number < WATCHERS; number += 1) watches.push(watchLatest(await open(), ['soak']));
    // A connection that is never cut says what is true.
    const control = await driver.open(urlOf(server.port), openOptions);
    stores.push(control);
    const cuts = await work({ tallies, proxies, watches, control, durationMs, seed, patienceMs });
    await checkEnd(tallies, watches, control, patienceMs);
    const all = tallies.flat();
    const sum = (of: 'attempts' | 'counted' | 'ambiguous'): number =>
      all.reduce((total, tally) => total + tally[of], 0);
    const slopes = memory.end(Math.min(120_000, durationMs / 3));
    return { cuts, attempts: sum('attempts'), counted: sum('counted'), ambiguous: sum('ambiguous'), memory: slopes };
  } finally {
    memory.end(0);
    await Promise.all(stores.map((store) => store.close()));
    await Promise.all(proxies.map((proxy) => proxy.close()));
  }
}

function keysOf(writer: string): string[][] {
  return [
    ['soak', 'own', writer],
    ['soak', 'shared'],
  ];
}

interface Work {
  readonly tallies: readonly (readonly Tally[])[];
  readonly proxies: readonly TcpProxy[];
  readonly watches: readonly Latest[];
  readonly control: Store;
  readonly durationMs: number;
  readonly seed: number;
  readonly patienceMs: number;
}

/** Write and cut until the time is over; the first failure ends both. Answers the number of cuts. */
async function work({ tallies, proxies, watches, control, durationMs, seed, patienceMs }: Work): Promise<number> {
  const { random } = createRandom(seed);
  const over = new AbortController();
  const write = async (own: readonly Tally[]): Promise<void> => {
    while (!over.signal.aborted) {
      for (const tally of own) await tally.count();
      await sleep(PAUSE_MS);
    }
    // What had no answer is settled by the next one that has.
    for (const tally of own) await countOnce(tally, patienceMs);
  };
  const cut = async (): Promise<number> => {
    const startMs = performance.now();
    let cuts = 0;
    let rev = '';
    do {
      await sleep(1000 + 2000 * random());
      const some = proxies.filter(() => random() < 0.4);
      const how = random() < 0.5 ? 'cut' : 'cutReplies';
      for (const proxy of some) proxy[how]();
      // One in five outlives the session.
      await sleep(random() < 0.2 ? 1.5 * SESSION_TIMEOUT_MS : 1200 * random());
      for (const proxy of some) proxy.heal();
      cuts += 1;
      const round = String(cuts);
      const expect = rev === '' ? ({ absent: true } as const) : { rev };
      const put = await control.put(['soak', 'round'], bytes(round), { expect, timeoutMs: patienceMs });
      if (!put.ok) throw new Error(`round ${round}: nobody else writes it, and it was lost to ${textOf(put.current)}`);
      rev = put.rev;
      const told = watches.map((watch) =>
        watch.until(`round ${round}`, patienceMs, (view) => view.get('soak/round') === round),
      );
      await Promise.all(told);
    } while (!over.signal.aborted && performance.now() - startMs < durationMs);
    return cuts;
  };
  const ending = <T>(part: Promise<T>): Promise<T> => part.finally(() => over.abort());
  const parts = await Promise.allSettled([ending(cut()), ...tallies.map((own) => ending(write(own)))]);
  for (const part of parts) if (part.status === 'rejected') throw part.reason;
  return parts[0].status === 'fulfilled' ? parts[0].value : 0;
}

async function countOnce(tally: Tally, patienceMs: number): Promise<void> {
  const startMs = performance.now();
  while (!(await tally.count())) {
    if (performance.now() - startMs > patienceMs) throw new Error(`nothing could be counted within ${patienceMs} ms`);
  }
}

async function checkEnd(
  tallies: readonly (readonly Tally[])[],
  watches: readonly Latest[],
  control: Store,
  patienceMs: number,
): Promise<void> {
  for (const [number, own] of tallies.entries()) {
    const keys = keysOf(`w${number}`);
    for (const [index, tally] of own.entries()) tally.check(await control.get(keys[index] ?? []));
  }
  const truth = new Map((await control.list(['soak'])).map((entry) => [entry.key.join('/'), textOf(entry)]));
  const isTruth = (view: ReadonlyMap<string, string>): boolean =>
    view.size === truth.size && [...truth].every(([key, text]) => view.get(key) === text);
  await Promise.all(watches.map((watch) => watch.until('everything as it is at the end', patienceMs, isTruth)));
}
