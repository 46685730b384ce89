import { formatPath } from '../../paths/attribute-path.ts';
import type { PlanSlice } from '../../plan/plan.ts';
import type { WaitRecord } from '../../records/wait-record.ts';
import { readAbort } from '../abort/abort-epoch.ts';
import { abortedError } from '../abort/aborted-error.ts';
import type { NodeSession } from '../node-session.ts';
import { whileUnavailable } from '../retry.ts';
import { type AwaitObserver, type AwaitRequest, deadlineOf, factsOf } from './await-request.ts';
import { LastingWait } from './lasting-wait.ts';
import { deadlockError, needsText, neverError, storeDownError, timeoutError, type WaitFacts } from './messages.ts';
import { mostEdges } from './most-edges.ts';
import type { Needs, NeedsHandler } from './needs.ts';
import type { OpenWaits } from './open-waits.ts';
import { readUntil } from './read-until.ts';

/** How many outputs a wait record names, unless more are needed each by itself. */
const mostMembersNamed = 20;

/** What the waits of a node's reads have in common. */
export interface ReadWaitContext {
  readonly session: NodeSession;
  readonly slice: PlanSlice;
  readonly observer: AwaitObserver;
  readonly open: OpenWaits;
  /** Takes work that goes on when the read has ended. */
  readonly later: (work: Promise<void>) => void;
  /** Resolves when the record of a wait may be removed of which all others are told in the same moment, too. */
  readonly clearingTurn: () => Promise<void>;
}

/** A read that waits. */
export interface WaitingRead {
  readonly request: AwaitRequest;
  readonly needs: Needs;
  /** When the read began, by the monotonic clock. */
  readonly startMs: number;
}

/** One wait of a read: until what it needs is there, or is known not to come. */
export class ReadWait {
  readonly #context: ReadWaitContext;
  readonly #read: WaitingRead;

  constructor(context: ReadWaitContext, read: WaitingRead) {
    this.#context = context;
    this.#read = read;
  }

  /**
   * Wait.
   *
   * @throws wait-timeout, producer-failed, never-written, producer-lost, deadlock, aborted, unavailable, store errors; the signal's reason.
   */
  async end(): Promise<void> {
    const { session, open, later, clearingTurn } = this.#context;
    const { request, needs } = this.#read;
    const number = open.take(request.role);
    let close: (turn?: Promise<void>) => void = () => undefined;
    let isOnNoCircle = false;
    await new Promise<void>((resolve, reject) => {
      const wait = this.#lasting(number, resolve, reject);
      open.add(request.role, wait);
      close = (turn) => {
        later(wait.stop(turn));
        open.remove(request.role, wait, number);
      };
      const never: NeedsHandler['never'] = (missing, why) => {
        const give = () => {
          // One that waits for something else besides may have been on a circle until now.
          isOnNoCircle = needs.missingCount() === 1;
          reject(neverError({ ...this.#facts(), missing }, why));
        };
        if (why.firstCause.code !== 'aborted') return give();
        // The producer may have been told of an abort that this agent learns of in a moment: then it is what ends this wait too.
        readAbort(session.store, session.epoch).then((record) => {
          if (record === undefined) return give();
          reject(abortedError(needsText({ ...this.#facts(), missing }), session.epoch.deployment, record));
        }, reject);
      };
      needs.start({ complete: resolve, never, error: reject });
      wait.start();
    }).then(
      // Whoever waits for what is there, or for nothing but a role that has ended, is on no circle, so its record can stay until those who
      // are told the same go on.
      () => close(clearingTurn()),
      (thrown: unknown) => {
        close(isOnNoCircle ? clearingTurn() : undefined);
        throw thrown;
      },
    );
  }

  /** What goes on beside it. */
  #lasting(number: number, resolve: () => void, reject: (error: unknown) => void): LastingWait {
    const { session, observer, later } = this.#context;
    const { request, needs, startMs } = this.#read;
    const { clock } = session;
    const deadlineMs = deadlineOf(request);
    const sinceMs = clock.wallMs();
    const facts = () => this.#facts();
    return new LastingWait(
      {
        session,
        key: session.epoch.keys.wait(session.node, request.role, number),
        describe: () => this.#record(sinceMs, deadlineMs),
        leftMs: Math.max(0, deadlineMs - (clock.monotonicMs() - startMs)),
        signal: request.signal,
        what: () => needsText(facts()),
      },
      {
        recorded: (record) => observer.waiting(record),
        // The value may have come between the look that confirmed the circle and now: then it is there, and wins.
        condemned: (verdict) => {
          const end = (isComplete: boolean) => (isComplete ? resolve() : reject(deadlockError(facts(), verdict)));
          readUntil((timeoutMs) => needs.readNow(0, timeoutMs), {
            clock,
            endMs: startMs + deadlineMs,
            signal: request.signal,
          }).then(end, reject);
        },
        failed: (error) => observer.recordFailed(error),
        lasts: () => {
          const leftMs = deadlineMs - facts().waitedMs;
          const tell = () => observer.stillWaiting(facts(), leftMs);
          // Only for the message: without an answer it tells what was known, and that there is none.
          later(needs.refreshProducers().then(tell, tell));
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
  }

  #facts(): WaitFacts {
    const { session } = this.#context;
    const { request, needs, startMs } = this.#read;
    return factsOf(session, request, needs, session.clock.monotonicMs() - startMs);
  }

  async #record(sinceMs: number, deadlineMs: number): Promise<WaitRecord> {
    const { session } = this.#context;
    const { request, needs } = this.#read;
    await whileUnavailable(() => needs.refreshMembers(mostMembersNamed), {
      clock: session.clock,
      timeoutMs: deadlineMs,
    });
    const edge = request.background !== true && !this.#isConcurrent(request.role);
    if (edge) await request.written?.();
    const named = needs.missing(Math.max(mostMembersNamed, Math.min(needs.missingAlone(), mostEdges)));
    const gathers = needs.openGathers();
    return {
      node: session.node,
      role: request.role,
      incarnation: session.incarnation,
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
      written: session.written,
    };
  }

  /** A role that reads from several threads may go on in another one. */
  #isConcurrent(role: string): boolean {
    return this.#context.slice.node.roles.some(({ name, concurrent }) => name === role && concurrent);
  }
}
