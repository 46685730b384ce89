import { HeddleError, toHeddleError } from '../../errors/heddle-error.ts';
import { choose } from '../../expressions/choose.ts';
import { evaluate } from '../../expressions/evaluate.ts';
import { type Expression, memberName } from '../../expressions/expression.ts';
import { references } from '../../expressions/references.ts';
import { formatPath } from '../../paths/attribute-path.ts';
import type { PlanSlice } from '../../plan/plan.ts';
import type { WaitRecord } from '../../records/wait-record.ts';
import type { Rev } from '../../store/store.ts';
import { delay } from '../../time/clock.ts';
import type { Json } from '../../values/json.ts';
import { readAbort } from '../abort/abort-epoch.ts';
import { throwIfAborted } from '../abort/abort-signal.ts';
import { abortedError } from '../abort/aborted-error.ts';
import { Gathers } from '../gather/gathers.ts';
import type { NodeSession } from '../node-session.ts';
import { whileUnavailable } from '../retry.ts';
import { ClearingUp, ofRecords } from './clearing-up.ts';
import { LastingWait } from './lasting-wait.ts';
import {
  absentError,
  deadlockError,
  needsText,
  neverError,
  storeDownError,
  timeoutError,
  unusableError,
  type WaitFacts,
} from './messages.ts';
import { mostEdges } from './most-edges.ts';
import { Needs, type NeedsHandler, producerOf } from './needs.ts';
import { OpenWaits } from './open-waits.ts';
import type { ReadInput } from './peer-input.ts';
import { RunValues } from './run-values.ts';

export interface AwaitRequest {
  readonly role: string;
  readonly input: ReadInput;
  /** The reader's place, `recipes/app.rb:14`. */
  readonly source?: string;
  /** A read off the role's main thread: recorded, but no edge of the wait-for graph. @default false */
  readonly background?: boolean;
  /** False: fail with `missing-value` instead of waiting. @default true */
  readonly wait?: boolean;
  /** Milliseconds, > 0: shorter than the input's own deadline. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** What the run of the role has read so far; this read takes its values from there first, and adds to it. @default nothing */
  readonly run?: RunValues;
  /** The node's own working folder. */
  readonly directory: string;
  /** The value that the reader's own role has for one of its outputs; undefined: nothing yet. */
  readonly local: (output: string) => Json | undefined;
  /** Resolves when what the role has written so far is acknowledged: before that it has not stopped. @default at once */
  readonly written?: () => Promise<void>;
}

export interface AwaitResult {
  readonly value: Json;
  /** Milliseconds from the call to the value. */
  readonly waitedMs: number;
  /** `NODE.OUTPUT` to the revision that was read. */
  readonly revisions: Readonly<Record<string, Rev>>;
  /** Why the value is the input's default, and no other. */
  readonly absence?: HeddleError;
}

/** The values that came with a machine's user data, by the ids that the plan gives them. */
export type StaticValues = Readonly<Record<string, Json>>;

/** What an awaiter tells while reads wait. Nothing of it holds a value. */
export interface AwaitObserver {
  waiting(record: WaitRecord): void;
  /** Called every 15 s of a wait. */
  stillWaiting(facts: WaitFacts, leftMs: number): void;
  /** A wait record could not be written; the wait itself goes on. */
  recordFailed(error: Error): void;
}

/** How many outputs a wait record names, unless more are needed each by itself. */
const mostMembersNamed = 20;
/** Milliseconds for one request to the store, at most. */
const longestReadMs = 10_000;

/** Reads inputs of one node's roles, waiting where a value is absent. */
export class Awaiter {
  readonly #session: NodeSession;
  readonly #slice: PlanSlice;
  readonly #observer: AwaitObserver;
  readonly #staticValues: StaticValues;
  readonly #gathers: Gathers;
  readonly #leftovers = new Set<Promise<void>>();
  readonly #clearingUp: ClearingUp;
  readonly #clearingRecords: ClearingUp;
  readonly #open = new OpenWaits();

  constructor(session: NodeSession, slice: PlanSlice, observer: AwaitObserver, staticValues: StaticValues = {}) {
    this.#session = session;
    this.#staticValues = staticValues;
    this.#clearingUp = new ClearingUp(session);
    this.#clearingRecords = new ClearingUp(session, ofRecords);
    this.#slice = slice;
    this.#observer = observer;
    this.#gathers = new Gathers(
      session,
      ({ group, output }) => producerOf(slice, { node: memberName(group, 0), output }),
      (error) => observer.recordFailed(error),
    );
  }

  /**
   * Wait until an input can be evaluated, then return its value. The clock of its deadline starts with this call.
   *
   * A read that finds everything there writes nothing to the store.
   * @throws config-invalid for a value that should have come with the machine's user data; wait-timeout, missing-value, producer-failed, never-written, producer-lost, deadlock (an own output that is not written),
   *   segment-missing, wrong-type, aborted, unavailable, denied, closed; the signal's reason when it is aborted.
   */
  async await(request: AwaitRequest): Promise<AwaitResult> {
    const startMs = this.#session.clock.monotonicMs();
    const run = request.run ?? new RunValues();
    const expression = this.#chosen(request);
    const needs = new Needs(this.#session, this.#slice, this.#gathers, references(expression), run);
    try {
      throwIfAborted(this.#session, () => needsText(this.#facts(needs, request, 0)));
      if (!(await this.#readNow(needs, request, startMs))) await this.#wait(needs, request, startMs);
      return {
        value: evaluate(expression, {
          value: (node, output) => needs.value(node, output),
          gather: (need) => needs.gathered(need),
          local: (output) => this.#local(request, output),
          static: (id) => this.#static(request, id),
          directory: request.directory,
          sensitive: request.input.sensitive,
        }),
        waitedMs: this.#session.clock.monotonicMs() - startMs,
        revisions: needs.revisions(),
      };
    } catch (thrown) {
      const error = this.#explained(await this.#session.explain(thrown), needs, request, startMs);
      const { default: fallback } = request.input;
      if (request.input.missing !== 'default' || fallback === undefined || !isAbsence(error)) throw error;
      const waitedMs = this.#session.clock.monotonicMs() - startMs;
      return { value: fallback, waitedMs, revisions: {}, absence: error };
    } finally {
      // In a later turn: the reader goes on first, and what is to be cleared away at the store is no part of its wait.
      this.#later(delay(this.#session.clock, 0).then(() => needs.stop(this.#clearingUp.turn())));
    }
  }

  /**
   * Learn that a role is about to write. One that waits meanwhile has another thread, so that its waits block nobody.
   *
   * Resolves when the records of its waits say so; what they fail of goes to the observer.
   */
  async writes(role: string): Promise<void> {
    await Promise.all(this.#open.of(role).map(({ recorder }) => recorder.isNoEdge()));
  }

  /** End: give up the aggregates that this agent writes; resolves when the records of ended waits are gone. */
  async close(): Promise<void> {
    this.#clearingUp.close();
    this.#clearingRecords.close();
    await Promise.all(this.#leftovers);
    await this.#gathers.close();
  }

  /** Read again while the store does not answer, until a moment of the monotonic clock; `read` gets the ms that it may take. */
  #tryUntil<T>(endMs: number, read: (timeoutMs: number) => Promise<T>, { signal }: AwaitRequest): Promise<T> {
    const { clock } = this.#session;
    const leftMs = () => Math.max(1, endMs - clock.monotonicMs());
    const options = { clock, timeoutMs: leftMs(), ...(signal === undefined ? {} : { signal }) };
    return whileUnavailable(() => read(Math.min(leftMs(), longestReadMs)), options);
  }

  async #readNow(needs: Needs, request: AwaitRequest, startMs: number): Promise<boolean> {
    const isComplete = await this.#tryUntil(
      startMs + this.#deadlineMs(request),
      (timeoutMs) => needs.readNow(mostMembersRead(request), timeoutMs),
      request,
    );
    if (isComplete || (request.wait !== false && request.input.missing !== 'fail')) return isComplete;
    const end = (): never => {
      throw absentError(this.#facts(needs, request, 0));
    };
    // A shim's probe is asked again, with waiting allowed: only what a person will read is worth another look.
    if (request.wait === false) return end();
    // The value is absent, whether or not the store tells what its producers do.
    return needs.refreshProducers().then(end, end);
  }

  async #wait(needs: Needs, request: AwaitRequest, startMs: number): Promise<void> {
    const { clock } = this.#session;
    const deadlineMs = this.#deadlineMs(request);
    const facts = () => this.#facts(needs, request, clock.monotonicMs() - startMs);
    const sinceMs = clock.wallMs();
    const number = this.#open.take(request.role);
    let close: (turn?: Promise<void>) => void = () => undefined;
    await new Promise<void>((resolve, reject) => {
      const never: NeedsHandler['never'] = (missing, why) => {
        const give = () => reject(neverError({ ...facts(), missing }, why));
        if (why.firstCause.code !== 'aborted') return give();
        // The producer may have been told of an abort that this agent learns of in a moment: then it is what ends this wait too.
        readAbort(this.#session.store, this.#session.epoch).then((record) => {
          if (record === undefined) return give();
          reject(abortedError(needsText({ ...facts(), missing }), this.#session.epoch.deployment, record));
        }, reject);
      };
      const wait = new LastingWait(
        {
          session: this.#session,
          key: this.#session.epoch.keys.wait(this.#session.node, request.role, number),
          describe: () => this.#record(needs, request, sinceMs, deadlineMs),
          leftMs: Math.max(0, deadlineMs - (clock.monotonicMs() - startMs)),
          signal: request.signal,
          what: () => needsText(facts()),
        },
        {
          recorded: (record) => this.#observer.waiting(record),
          // The value may have come between the look that confirmed the circle and now: then it is there, and wins.
          condemned: (verdict) => {
            const end = (isComplete: boolean) => (isComplete ? resolve() : reject(deadlockError(facts(), verdict)));
            this.#tryUntil(startMs + deadlineMs, (timeoutMs) => needs.readNow(0, timeoutMs), request).then(end, reject);
          },
          failed: (error) => this.#observer.recordFailed(error),
          lasts: () => {
            const leftMs = deadlineMs - facts().waitedMs;
            const tell = () => this.#observer.stillWaiting(facts(), leftMs);
            // Only for the message: without an answer it tells what was known, and that there is none.
            this.#later(needs.refreshProducers().then(tell, tell));
          },
          timedOut: () => {
            const end = () =>
              reject(needs.isStoreDown ? storeDownError(facts(), deadlineMs) : timeoutError(facts(), deadlineMs));
            // The message names what the producers do now; without an answer it names what was known.
            needs.refreshProducers().then(end, end);
          },
          ended: (reason) => reject(reason),
        },
      );
      this.#open.add(request.role, wait);
      close = (turn) => {
        this.#later(wait.stop(turn));
        this.#open.remove(request.role, wait, number);
      };
      needs.start({ complete: resolve, never, error: reject });
      wait.start();
    }).then(
      // Whoever waits for what is there is on no circle, so its record can stay until those who got the same values go on.
      () => close(this.#clearingRecords.turn()),
      (thrown: unknown) => {
        close();
        throw thrown;
      },
    );
  }

  #local(request: AwaitRequest, output: string): Json {
    const value = request.local(output);
    if (value !== undefined) return value;
    throw new HeddleError(
      'deadlock',
      `${this.#session.node} role ${request.role} reads its own output ${output} (input ${formatPath(request.input.path)}) before it has written it: nobody else will`,
      { next: [`write ${output} first, or read it from another role`] },
    );
  }

  #chosen(request: AwaitRequest): Expression {
    try {
      return choose(request.input.expression, (id) => this.#static(request, id));
    } catch (thrown) {
      throw this.#explained(toHeddleError(thrown), undefined, request, this.#session.clock.monotonicMs());
    }
  }

  #static(request: AwaitRequest, id: string): Json {
    const value = Object.hasOwn(this.#staticValues, id) ? this.#staticValues[id] : undefined;
    if (value !== undefined) return value;
    throw new HeddleError(
      'config-invalid',
      `${this.#session.node} role ${request.role} needs the value ${id} (input ${formatPath(request.input.path)}), which did not come with this machine`,
      { next: ['start the machine from the template that was compiled together with this plan'] },
    );
  }

  /** A value that came and does not fit says which output it is; who read it is known only here. */
  #explained(error: HeddleError, needs: Needs | undefined, request: AwaitRequest, startMs: number): HeddleError {
    if (error.code !== 'segment-missing' && error.code !== 'wrong-type') return error;
    return unusableError(this.#facts(needs, request, this.#session.clock.monotonicMs() - startMs), error);
  }

  #deadlineMs(request: AwaitRequest): number {
    return Math.min(request.input.deadlineMs, request.timeoutMs ?? Number.POSITIVE_INFINITY);
  }

  #facts(needs: Needs | undefined, request: AwaitRequest, waitedMs: number): WaitFacts {
    const { node, clock } = this.#session;
    const { role, input, source } = request;
    return {
      node,
      role,
      input,
      source,
      waitedMs,
      missing: needs?.missing() ?? [],
      nowMs: clock.wallMs(),
      isStoreDown: needs?.isStoreDown ?? false,
    };
  }

  async #record(needs: Needs, request: AwaitRequest, sinceMs: number, deadlineMs: number): Promise<WaitRecord> {
    await whileUnavailable(() => needs.refreshMembers(mostMembersNamed), {
      clock: this.#session.clock,
      timeoutMs: deadlineMs,
    });
    const edge = request.background !== true && !this.#isConcurrent(request.role);
    if (edge) await request.written?.();
    const named = needs.missing(Math.max(mostMembersNamed, Math.min(needs.missingAlone(), mostEdges)));
    const gathers = needs.openGathers();
    return {
      node: this.#session.node,
      role: request.role,
      incarnation: this.#session.incarnation,
      input: formatPath(request.input.path),
      missing: named.map(({ ref }) => `${ref.node}.${ref.output}`),
      missingCount: needs.missingCount(),
      ...(gathers.length === 0 ? {} : { gathers, missingAlone: needs.missingAlone() }),
      ...(request.input.missing === 'default' ? { hasDefault: true } : {}),
      producers: named.map(({ ref, role }) => `${ref.node}.${role}`),
      ...(request.source === undefined ? {} : { source: request.source }),
      since: new Date(sinceMs).toISOString(),
      deadline: new Date(sinceMs + deadlineMs).toISOString(),
      edge,
      written: this.#session.written,
    };
  }

  /** A role that reads from several threads may go on in another one. */
  #isConcurrent(role: string): boolean {
    return this.#slice.node.roles.some(({ name, concurrent }) => name === role && concurrent);
  }

  #later(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => this.#observer.recordFailed(toHeddleError(error)))
      .finally(() => this.#leftovers.delete(tracked));
    this.#leftovers.add(tracked);
  }
}

/** A read that waits leaves gathers to their writer; one that may not, reads the members, and a shim's probe only a few. */
function mostMembersRead({ input, wait }: AwaitRequest): number {
  if (input.missing === 'fail') return Number.POSITIVE_INFINITY;
  return wait === false ? 64 : 0;
}

/** True when the value is known not to come: then a default may stand in. An error of the store is no such thing. */
function isAbsence(error: HeddleError): boolean {
  return ['wait-timeout', 'producer-failed', 'never-written', 'producer-lost', 'deadlock'].includes(error.code);
}
