import { type HeddleError, toHeddleError } from '../../errors/heddle-error.ts';
import { choose } from '../../expressions/choose.ts';
import { evaluate } from '../../expressions/evaluate.ts';
import { type Expression, memberName } from '../../expressions/expression.ts';
import { references } from '../../expressions/references.ts';
import type { PlanSlice } from '../../plan/plan.ts';
import { delay } from '../../time/clock.ts';
import { throwIfAborted } from '../abort/abort-signal.ts';
import { Gathers } from '../gather/gathers.ts';
import type { NodeSession } from '../node-session.ts';
import { type AwaitObserver, type AwaitRequest, type AwaitResult, deadlineOf, factsOf } from './await-request.ts';
import { ClearingUp, ofRecords } from './clearing-up.ts';
import { MachineValues, type StaticValues } from './machine-values.ts';
import { absentError, needsText, notCreatedError, unusableError } from './messages.ts';
import { Needs, producerOf } from './needs.ts';
import { OpenWaits } from './open-waits.ts';
import { readUntil } from './read-until.ts';
import { ReadWait } from './read-wait.ts';
import { RunValues } from './run-values.ts';

/** Reads inputs of one node's roles, waiting where a value is absent. */
export class Awaiter {
  readonly #session: NodeSession;
  readonly #slice: PlanSlice;
  readonly #observer: AwaitObserver;
  readonly #machine: MachineValues;
  readonly #gathers: Gathers;
  readonly #leftovers = new Set<Promise<void>>();
  readonly #clearingUp: ClearingUp;
  readonly #clearingRecords: ClearingUp;
  readonly #open = new OpenWaits();

  constructor(session: NodeSession, slice: PlanSlice, observer: AwaitObserver, staticValues: StaticValues = {}) {
    this.#session = session;
    this.#machine = new MachineValues(session.node, staticValues);
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
          local: (output) => this.#machine.local(request, output),
          static: (id) => this.#machine.static(request, id),
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

  /** Say what a role waits for now: a line for each of its waits. */
  waitsOf(role: string): readonly string[] {
    return this.#open.of(role).map(({ what }) => what);
  }

  /** End: give up the aggregates that this agent writes; resolves when the records of ended waits are gone. */
  async close(): Promise<void> {
    this.#clearingUp.close();
    this.#clearingRecords.close();
    await Promise.all(this.#leftovers);
    await this.#gathers.close();
  }

  async #readNow(needs: Needs, request: AwaitRequest, startMs: number): Promise<boolean> {
    const isComplete = await readUntil((timeoutMs) => needs.readNow(mostMembersRead(request), timeoutMs), {
      clock: this.#session.clock,
      endMs: startMs + deadlineOf(request),
      signal: request.signal,
    });
    if (isComplete || (request.wait !== false && request.input.missing !== 'fail')) return isComplete;
    const end = (): never => {
      throw absentError(this.#facts(needs, request, 0));
    };
    // A shim's probe is asked again, with waiting allowed: only what a person will read is worth another look.
    if (request.wait === false) return end();
    // The value is absent, whether or not the store tells what its producers do.
    return needs.refreshProducers().then(end, end);
  }

  #wait(needs: Needs, request: AwaitRequest, startMs: number): Promise<void> {
    const context = {
      session: this.#session,
      slice: this.#slice,
      observer: this.#observer,
      open: this.#open,
      later: (work: Promise<void>) => this.#later(work),
      clearingTurn: () => this.#clearingRecords.turn(),
    };
    return new ReadWait(context, { request, needs, startMs }).end();
  }

  #chosen(request: AwaitRequest): Expression {
    try {
      return choose(request.input.expression, (id) => this.#machine.static(request, id));
    } catch (thrown) {
      const error = toHeddleError(thrown);
      if (error.code === 'missing-value') throw notCreatedError(this.#facts(undefined, request, 0), error);
      throw this.#explained(error, undefined, request, this.#session.clock.monotonicMs());
    }
  }

  /** A value that came and does not fit says which output it is; who read it is known only here. */
  #explained(error: HeddleError, needs: Needs | undefined, request: AwaitRequest, startMs: number): HeddleError {
    if (error.code !== 'segment-missing' && error.code !== 'wrong-type') return error;
    return unusableError(this.#facts(needs, request, this.#session.clock.monotonicMs() - startMs), error);
  }

  #facts(needs: Needs | undefined, request: AwaitRequest, waitedMs: number) {
    return factsOf(this.#session, request, needs, waitedMs);
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
