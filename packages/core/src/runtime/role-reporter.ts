import { toHeddleError } from '../errors/heddle-error.ts';
import type { RoleRecord } from '../records/role-record.ts';
import { isEnded } from '../records/role-record.ts';
import { isoTime } from '../time/clock.ts';
import type { NodeSession } from './node-session.ts';

/** Errors after which nothing else can be written either. */
const forbidding: ReadonlySet<string> = new Set(['fenced', 'denied', 'closed']);

const stepIntervalMs = 1000;
const longestStep = 200;

/**
 * Keeps the stored record of one role: its state, its step (at most one write a second), and its end record, which is the last write.
 *
 * A step that could not be written is worth nothing: only what says that this agent may not write any more is kept, and thrown by `end`.
 */
export class RoleReporter {
  readonly #session: NodeSession;
  readonly #outputs: readonly string[];
  #record: RoleRecord;
  #lastStepMs = Number.NEGATIVE_INFINITY;
  #cancelTimer: (() => void) | undefined;
  #failure: unknown;
  #hasEnded = false;
  #pending: Promise<void> = Promise.resolve();

  /** @param outputs  Names of the outputs that the role declares: its end record says which of them have no value. @default none */
  constructor(session: NodeSession, role: string, outputs: readonly string[] = []) {
    this.#session = session;
    this.#outputs = outputs;
    this.#record = { state: 'pending', node: session.node, role, incarnation: session.incarnation };
  }

  get record(): RoleRecord {
    return this.#record;
  }

  /** Write the record with these fields; resolves when it is stored, or queued while the store does not answer. */
  async update(fields: Partial<RoleRecord>): Promise<void> {
    this.#record = { ...this.#record, ...fields };
    await this.#write();
  }

  /** Note what the role is doing; written within a second, later steps replace earlier ones. Never waits. */
  step(step: string): void {
    this.#note({ step: step.slice(0, longestStep), stepAt: isoTime(this.#session.clock) });
  }

  /** Note how many resources or tasks have changed something; written like a step. A late report of fewer changes nothing. Never waits. */
  updated(count: number): void {
    if (count > (this.#record.updated ?? -1)) this.#note({ updated: count });
  }

  /** Note which outputs are held back; written like a step. Never waits. */
  held(outputs: readonly string[]): void {
    if (outputs.join(' ') !== (this.#record.held ?? []).join(' ')) this.#note({ held: outputs });
  }

  #note(fields: Partial<RoleRecord>): void {
    if (this.#hasEnded) return;
    this.#record = { ...this.#record, ...fields };
    if (this.#cancelTimer !== undefined) return;
    const { clock } = this.#session;
    const waitMs = Math.max(0, this.#lastStepMs + stepIntervalMs - clock.monotonicMs());
    this.#cancelTimer = clock.timer(waitMs, () => {
      this.#cancelTimer = undefined;
      this.#lastStepMs = clock.monotonicMs();
      // The next record says it too; while the store is away there is nobody to tell.
      if (this.#session.isStoreAway) return;
      this.#pending = this.#write().catch((error: unknown) => {
        if (forbidding.has(toHeddleError(error).code)) this.#failure ??= error;
      });
    });
  }

  /**
   * Write the end record, after every other write of the role; while the store does not answer it is queued, and the next role may start.
   * Call it when nothing of the role is being published any more. Throws what a step write threw.
   */
  async end(fields: Partial<RoleRecord> & Pick<RoleRecord, 'state'>): Promise<void> {
    if (!isEnded(fields.state)) throw new TypeError(`${fields.state} is not an end`);
    this.#hasEnded = true;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    await this.#pending;
    if (this.#failure !== undefined) throw this.#failure as Error;
    const { step: _step, stepAt: _stepAt, held: _held, ...rest } = this.#record;
    const withoutValue = this.#session.withoutValue(this.#outputs);
    this.#record = {
      ...(fields.state === 'done' ? rest : this.#record),
      ...fields,
      ...(withoutValue.length === 0 ? {} : { withoutValue }),
      endedAt: isoTime(this.#session.clock),
    };
    await this.#write();
  }

  async #write(): Promise<void> {
    const { keys } = this.#session.epoch;
    await this.#session.record(keys.role(this.#session.node, this.#record.role), this.#record);
  }
}
