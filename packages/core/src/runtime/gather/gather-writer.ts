import { HeddleError, toHeddleError } from '../../errors/heddle-error.ts';
import { encodeRecord, type Rev } from '../../store/store.ts';
import type { Json } from '../../values/json.ts';
import { parse } from '../epoch.ts';
import type { NodeSession } from '../node-session.ts';
import type { NeverComing } from '../wait/never-coming.ts';
import { OutputWaiter, type StoredValue } from '../wait/output-waiter.ts';
import { type GatherHead, type GatherId, gatherMembers } from './gather-head.ts';

/** Milliseconds over which changes of an incomplete gather are put into one head. */
const coalesceMs = 200;
/** Milliseconds after which a write that the store did not take is tried again. */
const retryMs = 500;
/** A chunk stays well below what any store takes, in bytes. */
const chunkSizeBytes = 512 * 1024;

/**
 * Collects one output of all members of a group and keeps the aggregate: chunks that never change, and a head that is swapped.
 *
 * There is one writer per gather, elected among its readers; every write is guarded by its election key.
 */
export class GatherWriter {
  readonly #session: NodeSession;
  readonly #id: GatherId;
  readonly #writer: { readonly id: string; readonly rev: Rev };
  readonly #onLost: (error: HeddleError) => void;
  readonly #followers: readonly OutputWaiter[];
  readonly #present = new Map<string, StoredValue>();
  readonly #failed = new Map<string, NeverComing>();
  #writing: Promise<void> | undefined;
  #isDirty = false;
  #isClosed = false;
  #cancelTimer: (() => void) | undefined;

  /**
   * @param writer  The election entry of this writer and its revision.
   * @param onLost  Called once when it cannot go on; its readers hold another election.
   */
  constructor(
    session: NodeSession,
    id: GatherId,
    role: string,
    writer: { readonly id: string; readonly rev: Rev },
    onLost: (error: HeddleError) => void,
  ) {
    this.#session = session;
    this.#id = id;
    this.#writer = writer;
    this.#onLost = onLost;
    this.#followers = gatherMembers(id).map(
      (member) =>
        new OutputWaiter(
          session.store,
          session.epoch,
          { node: member, output: id.output },
          role,
          (outcome) => {
            if (outcome.kind === 'error') return this.#lose(outcome.error);
            if (outcome.kind === 'value') {
              this.#failed.delete(member);
              this.#present.set(member, outcome.stored);
            } else if (outcome.kind === 'open') {
              this.#failed.delete(member);
            } else if (!this.#present.has(member)) {
              this.#failed.set(member, outcome.why);
            }
            this.#changed();
          },
          { once: false },
        ),
    );
  }

  start(): void {
    for (const follower of this.#followers) follower.start();
    // A head of this writer must come even when no member has anything yet: a former writer's head is not trusted.
    this.#changed();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelTimer?.();
    await Promise.all(this.#followers.map((follower) => follower.stop()));
    await this.#writing;
  }

  #changed(): void {
    this.#isDirty = true;
    if (this.#isClosed || this.#writing !== undefined) return;
    const isUrgent = this.#present.size === this.#id.count || this.#failed.size > 0;
    if (isUrgent) {
      this.#cancelTimer?.();
      this.#cancelTimer = undefined;
      this.#beginWrite();
    } else {
      this.#cancelTimer ??= this.#session.clock.timer(coalesceMs, () => {
        this.#cancelTimer = undefined;
        this.#beginWrite();
      });
    }
  }

  #beginWrite(): void {
    this.#isDirty = false;
    this.#writing = this.#write()
      .catch((thrown: unknown) => this.#onWriteFailed(toHeddleError(thrown)))
      .finally(() => {
        this.#writing = undefined;
        if (this.#isDirty) this.#changed();
      });
  }

  async #write(): Promise<void> {
    const { keys } = this.#session.epoch;
    const { group, output } = this.#id;
    const headKey = keys.gatherHead(group, output);
    const before = await this.#session.store.get(headKey);
    const old = before === undefined || before.value.byteLength === 0 ? undefined : parse<GatherHead>(before);
    const present = new Map(this.#present);
    const isComplete = present.size === this.#id.count;
    const isSame = old !== undefined && isComplete && old.chunks > 0 && sameRevisions(old.present, present);
    const generation = isSame ? old.generation : (old?.generation ?? 0) + 1;
    const chunks = isSame ? old.chunks : isComplete ? await this.#writeChunks(generation, present) : 0;
    const head: GatherHead = {
      writer: this.#writer.id,
      generation,
      chunks,
      present: Object.fromEntries([...present].map(([member, stored]) => [member, stored.rev])),
      failed: Object.fromEntries(this.#failed),
    };
    const result = await this.#put(headKey, head, before?.rev);
    if (!result) throw new HeddleError('fenced', `another writer gathers ${group}[*].${output}`);
    if (!isSame && old !== undefined && old.chunks > 0) await this.#dropChunks(old);
  }

  async #writeChunks(generation: number, present: ReadonlyMap<string, StoredValue>): Promise<number> {
    const { keys } = this.#session.epoch;
    const { group, output } = this.#id;
    const values = gatherMembers(this.#id).map(
      (member) => [member, present.get(member)?.envelope.value as Json] as const,
    );
    const chunks = cutChunks(values, Math.min(chunkSizeBytes, this.#session.store.capabilities.maxValueBytes));
    for (const [index, chunk] of chunks.entries()) {
      const key = keys.gatherChunk(group, output, generation, index);
      // A writer that died between chunks and head may have left this one: it is of the same generation and unused.
      const left = await this.#session.store.get(key);
      if (!(await this.#put(key, chunk, left?.rev)))
        throw new HeddleError('fenced', `another writer gathers ${group}[*].${output}`);
    }
    return chunks.length;
  }

  async #dropChunks(old: GatherHead): Promise<void> {
    const { keys } = this.#session.epoch;
    for (let index = 0; index < old.chunks; index += 1) {
      await this.#session.remove(keys.gatherChunk(this.#id.group, this.#id.output, old.generation, index));
    }
  }

  async #put(key: readonly string[], record: object, rev: Rev | undefined): Promise<boolean> {
    const { keys } = this.#session.epoch;
    const election = { key: [...keys.gatherHead(this.#id.group, this.#id.output), 'writer'], rev: this.#writer.rev };
    const expect = rev === undefined ? ({ absent: true } as const) : { rev };
    const guards = [...this.#session.guards, election];
    return (await this.#session.store.put(key, encodeRecord(record as Json), { expect, guards })).ok;
  }

  /** A store that does not answer takes nothing from a writer whose session goes on: it writes again when it can. */
  #onWriteFailed(error: HeddleError): void {
    if (!['unavailable', 'ambiguous', 'session-lost'].includes(error.code)) return this.#lose(error);
    if (this.#isClosed || this.#cancelTimer !== undefined) return;
    this.#cancelTimer = this.#session.clock.timer(retryMs, () => {
      this.#cancelTimer = undefined;
      this.#changed();
    });
  }

  #lose(error: HeddleError): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#onLost(error);
  }
}

function sameRevisions(revisions: Readonly<Record<string, Rev>>, present: ReadonlyMap<string, StoredValue>): boolean {
  return (
    Object.keys(revisions).length === present.size &&
    [...present].every(([member, stored]) => revisions[member] === stored.rev)
  );
}

/** Cut members and values into lists that each fit; a value that fits alone but not with others begins a new one. */
export function cutChunks(
  values: readonly (readonly [string, Json])[],
  sizeBytes: number,
): (readonly [string, Json])[][] {
  const chunks: (readonly [string, Json])[][] = [[]];
  let used = 2;
  for (const entry of values) {
    const needed = Buffer.byteLength(JSON.stringify(entry)) + 1;
    if (used + needed > sizeBytes && chunks.at(-1)?.length !== 0) {
      chunks.push([]);
      used = 2;
    }
    chunks.at(-1)?.push(entry);
    used += needed;
  }
  return chunks;
}
