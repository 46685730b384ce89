import {
  checkKey,
  checkValue,
  type Entry,
  HeddleError,
  type Key,
  type OperationOptions,
  operationCancelled,
  operationName,
  operationTimeoutMs,
  type PutOptions,
  type PutResult,
  prepareWrite,
  type Store,
  type StoreCapabilities,
  storeClosedError,
  toHeddleError,
  type Watch,
  type WatchHandler,
  type WatchOptions,
  type WriteOptions,
} from '@heddle/core';
import type { Weather } from '../faults/weather.ts';
import type { SimProcess } from '../time/process.ts';
import type { Scheduler } from '../time/scheduler.ts';
import { Request, type RequestBody } from './request.ts';
import { SimWatch, type Trace, type WatchLink } from './sim-watch.ts';
import { idOf, type Truth } from './truth.ts';

const capabilities: StoreCapabilities = {
  distributed: true,
  linearizable: false,
  durable: true,
  acl: true,
  tls: true,
  maxValueBytes: 1024 * 1024,
  maxBatch: 4,
};

/** Milliseconds: what a session lives without its client, and after what its client notices at the latest that nobody answers. */
export const sessionTimeoutMs = 10_000;
const noticeMs = sessionTimeoutMs / 3;

export interface ConnectionOptions {
  readonly truth: Truth;
  readonly scheduler: Scheduler;
  readonly process: SimProcess;
  readonly weather: Weather;
  /** Bytes that the store says a value may have. It takes more, so that only aggregates are cut for it. @default 1 MiB */
  readonly maxValueBytes?: number | undefined;
  /** Whether its user may read a key. @default every one */
  readonly mayRead?: ((key: Key) => boolean) | undefined;
  /** Told every answer, and every piece of news of a watch. @default nobody */
  readonly trace?: Trace | undefined;
}

/**
 * One connection to the simulated store, one session. It promises what the interface of stores says, and takes every freedom that is left:
 * it sees the past (never before what it has seen), loses requests and replies, does writes late, and tells changes in any order.
 */
export class SimConnection implements Store, WatchLink {
  readonly capabilities: StoreCapabilities;
  readonly truth: Truth;
  readonly process: SimProcess;
  readonly weather: Weather;
  readonly trace: Trace | undefined;
  readonly #scheduler: Scheduler;
  readonly #mayRead: (key: Key) => boolean;
  readonly #requests = new Set<Request<unknown>>();
  readonly #watches = new Set<SimWatch>();
  readonly #lastLanding = new Map<string, number>();
  #session: number;
  #hasLiveness = false;
  #seen = 0;
  #isUp = true;
  #isNoticed = false;
  #isClosed = false;
  #generation = 0;

  constructor({ truth, scheduler, process, weather, maxValueBytes, mayRead, trace }: ConnectionOptions) {
    this.capabilities = { ...capabilities, maxValueBytes: maxValueBytes ?? capabilities.maxValueBytes };
    this.trace = trace;
    this.truth = truth;
    this.process = process;
    this.weather = weather;
    this.#scheduler = scheduler;
    this.#mayRead = mayRead ?? (() => true);
    this.#session = truth.beginSession();
  }

  get generation(): number {
    return this.#generation;
  }

  /** True while the store knows its session. */
  get isAlive(): boolean {
    return this.truth.hasSession(this.#session);
  }

  view(): number {
    const { version } = this.truth;
    if (this.#seen === version || !this.weather.isStale()) return version;
    const oldest = Math.max(this.#seen, this.truth.versionSince(this.#scheduler.nowMs - this.weather.climate.staleMs));
    const seen = this.weather.between(oldest, version);
    if (seen < version) this.weather.count('stale-read');
    return seen;
  }

  saw(version: number): void {
    this.#seen = Math.max(this.#seen, version);
  }

  async put(key: Key, value: Uint8Array, options: PutOptions): Promise<PutResult> {
    const prepared = prepareWrite(key, options, capabilities);
    checkValue(key, value, capabilities);
    const copy = value.slice();
    const isLiveness = options.liveness === true;
    const write = this.#write('put', key, options, isLiveness, (session) =>
      this.truth.write(prepared, copy, isLiveness ? session : undefined),
    );
    const result = await write.catch((thrown: unknown) => {
      // It may be there, as the stores that there are take it.
      if (isLiveness && toHeddleError(thrown).code === 'ambiguous') this.#hasLiveness = true;
      throw thrown;
    });
    if (isLiveness && result.ok) this.#hasLiveness = true;
    return result;
  }

  async get(key: Key, options: OperationOptions = {}): Promise<Entry | undefined> {
    checkKey(key);
    return this.#ask('get', key, options, false, false, () => {
      if (!this.#mayRead(key))
        throw new HeddleError('denied', `store get of ${key.join('/')}: it is not for this node`);
      return this.#look((version) => this.truth.get(key, version));
    });
  }

  async delete(key: Key, options: WriteOptions): Promise<PutResult> {
    const prepared = prepareWrite(key, options, capabilities);
    return this.#write('delete', key, options, false, () => this.truth.write(prepared, undefined));
  }

  async list(prefix: Key, options: OperationOptions = {}): Promise<readonly Entry[]> {
    checkKey(prefix, 'prefix');
    return this.#ask('list', prefix, options, false, false, () =>
      this.#look((version) => this.truth.below(prefix, version)),
    );
  }

  watch(prefix: Key, handler: WatchHandler, { below = true }: WatchOptions = {}): Watch {
    if (this.#isClosed) throw storeClosedError();
    checkKey(prefix, 'prefix');
    const watch = new SimWatch(this, [...prefix], below, handler);
    this.#watches.add(watch);
    if (this.#isUp) watch.tellAll();
    return {
      close: async () => {
        this.#watches.delete(watch);
        watch.close();
      },
    };
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const request of this.#requests) request.fail(storeClosedError());
    for (const watch of this.#watches) watch.close();
    this.#watches.clear();
    const session = this.#session;
    const endMs = this.#isUp ? this.weather.travelMs() : sessionTimeoutMs;
    this.#scheduler.after(endMs, () => this.truth.endSession(session));
  }

  /** Break the link. The session goes on at the store, for its timeout; what is under way may get there, or not. */
  cut(): void {
    if (!this.#isUp || this.#isClosed) return;
    this.#isUp = false;
    this.#isNoticed = false;
    this.#generation += 1;
    const generation = this.#generation;
    this.process.after(this.weather.upToMs(noticeMs), () => {
      if (generation === this.#generation) this.#noticeDown();
    });
  }

  /** Let the link work again: on the same session, or on a new one when it has ended. */
  heal(): void {
    if (this.#isUp || this.#isClosed) return;
    this.#isUp = true;
    this.#generation += 1;
    const generation = this.#generation;
    this.process.after(this.weather.travelMs(), () => {
      if (generation === this.#generation && !this.#isClosed) this.#online();
    });
  }

  /** The store ends the session, as it does when it has not heard of its client for too long. */
  expire(): void {
    this.truth.endSession(this.#session);
  }

  /** The process is gone: its session stays at the store until somebody calls `expire`. */
  abandon(): void {
    for (const watch of this.#watches) watch.close();
    this.#watches.clear();
    this.#isUp = false;
    this.#generation += 1;
  }

  #online(): void {
    this.#noticeDown();
    const isNew = !this.truth.hasSession(this.#session);
    let isLost = isNew && this.#hasLiveness;
    if (isNew) {
      this.#session = this.truth.beginSession();
      this.#hasLiveness = false;
      for (const request of this.#requests) {
        if (!request.body.isLiveness || !request.isSent) continue;
        request.fail(
          new HeddleError('session-lost', `${request.body.name.name}: the session ended before there was an answer`),
        );
        isLost = true;
      }
    }
    if (isLost) this.weather.count('session-lost');
    for (const watch of this.#watches) {
      if (isLost) watch.status('session-lost');
      watch.status('up');
      watch.tellAll();
    }
    for (const request of this.#requests) {
      if (request.hasLanded && request.body.writes !== undefined) this.#reply(request);
      else this.#send(request);
    }
  }

  #noticeDown(): void {
    if (this.#isNoticed) return;
    this.#isNoticed = true;
    for (const watch of this.#watches) watch.status('down');
  }

  async #write(
    verb: string,
    key: Key,
    options: OperationOptions,
    isLiveness: boolean,
    write: (session: number) => PutResult,
  ): Promise<PutResult> {
    const done = await this.#ask(verb, key, options, true, isLiveness, (session) => {
      const result = write(session);
      return { result, version: this.truth.version };
    });
    this.saw(done.version);
    return done.result;
  }

  #look<T>(read: (version: number) => T): T {
    const version = this.view();
    this.saw(version);
    return read(version);
  }

  #ask<T>(
    verb: string,
    key: Key,
    options: OperationOptions,
    isWrite: boolean,
    isLiveness: boolean,
    execute: (session: number) => T,
  ): Promise<T> {
    const timeoutMs = operationTimeoutMs(options);
    const name = operationName(verb, key);
    const body: RequestBody<T> = { name, writes: isWrite ? idOf(key) : undefined, isLiveness, timeoutMs, execute };
    const request = new Request(body);
    if (this.#isClosed) {
      request.fail(storeClosedError());
      return request.answer;
    }
    const anyRequest = request as Request<unknown>;
    this.#requests.add(anyRequest);
    const cancelTimeout = this.process.after(timeoutMs, () =>
      request.failUnanswered(`no answer within ${timeoutMs} ms`),
    );
    const onAbort = () => request.fail(operationCancelled(name, options.signal?.reason));
    options.signal?.addEventListener('abort', onAbort, { once: true });
    request.whenOver((end) => {
      this.trace?.(this.process.name, `${name.name}: ${end}`);
      this.#requests.delete(anyRequest);
      cancelTimeout();
      options.signal?.removeEventListener('abort', onAbort);
    });
    if (options.signal?.aborted === true) onAbort();
    else this.#start(anyRequest);
    return request.answer;
  }

  #start(request: Request<unknown>): void {
    const { weather, process } = this;
    const fate = this.#isUp ? weather.fate(request.body.writes !== undefined) : 'answered';
    if (fate === 'answered') return this.#send(request);
    const tellMs = weather.travelMs() + weather.upToMs(1000);
    if (fate === 'refused') {
      process.after(tellMs, () => request.failUnanswered('the store is busy'));
      return;
    }
    request.isSent = true;
    process.after(tellMs, () => request.failUnanswered('the link broke before there was an answer'));
    if (fate === 'never') return;
    const session = this.#session;
    if (fate === 'lost-reply') return this.#travel(request, weather.upToMs(tellMs), () => request.land(session));
    // Whoever was told writes again meanwhile: this one is in no order with those.
    this.#scheduler.after(tellMs + weather.upToMs(8000), () => {
      weather.count('late-write');
      request.land(session);
    });
  }

  /** Send a request; one that gets lost on the way is sent again when the link is back. */
  #send(request: Request<unknown>): void {
    if (!this.#isUp && this.#isNoticed) return;
    const generation = this.#generation;
    const session = this.#session;
    request.isSent = true;
    if (request.body.writes === undefined) request.forget();
    if (!this.#isUp) return;
    this.#travel(request, this.weather.travelMs(), () => {
      // What was on its way when the link broke arrives, or not.
      if (generation !== this.#generation && this.weather.isHeads()) return;
      request.land(session);
      if (generation === this.#generation) this.#reply(request);
    });
  }

  #travel(request: Request<unknown>, travelMs: number, arrive: () => void): void {
    const { nowMs } = this.#scheduler;
    const key = request.body.writes;
    const atMs = Math.max(nowMs + travelMs, key === undefined ? 0 : (this.#lastLanding.get(key) ?? 0));
    if (key !== undefined) this.#lastLanding.set(key, atMs);
    this.#scheduler.after(atMs - nowMs, arrive);
  }

  #reply(request: Request<unknown>): void {
    const generation = this.#generation;
    this.process.after(this.weather.travelMs(), () => {
      if (generation === this.#generation) request.finish();
    });
  }
}
