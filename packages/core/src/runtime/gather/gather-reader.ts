import { type HeddleError, toHeddleError } from '../../errors/heddle-error.ts';
import type { GatherNeed } from '../../expressions/references.ts';
import { isEnded, type RoleRecord } from '../../records/role-record.ts';
import type { Entry, Rev, Watch } from '../../store/store.ts';
import type { Json } from '../../values/json.ts';
import { parse } from '../epoch.ts';
import type { NodeSession } from '../node-session.ts';
import type { NeverComing } from '../wait/never-coming.ts';
import { storedValue } from '../wait/output-waiter.ts';
import { type GatherHead, type GatherWriterRecord, gatherMembers, writerKey } from './gather-head.ts';

export interface GatheredValue {
  readonly value: Json;
  readonly rev: Rev;
}

export interface GatherHandler {
  /** Enough members are present. Called once. */
  complete(values: ReadonlyMap<string, GatheredValue>): void;
  /** Too many members will never come. Called once. */
  never(member: string, why: NeverComing): void;
  error(error: HeddleError): void;
}

/** One read of a gather: watches the head alone, and stands for writer when there is none. */
export class GatherReader {
  readonly need: GatherNeed;
  readonly #session: NodeSession;
  readonly #contend: (need: GatherNeed) => Promise<void>;
  readonly #handler: GatherHandler;
  #watch: Watch | undefined;
  #head: GatherHead | undefined;
  #writer: GatherWriterRecord | undefined;
  #isSettled = false;
  #isDown = false;
  #work: Promise<void> = Promise.resolve();

  /** @param contend  Tries to make this agent the writer; resolves also when another one is. */
  constructor(
    session: NodeSession,
    need: GatherNeed,
    contend: (need: GatherNeed) => Promise<void>,
    handler: GatherHandler,
  ) {
    this.#session = session;
    this.need = need;
    this.#contend = contend;
    this.#handler = handler;
  }

  get isStoreDown(): boolean {
    return this.#isDown;
  }

  /** Members whose values are not there, as far as the head tells. */
  absent(): string[] {
    return gatherMembers(this.need).filter((member) => this.#head?.present[member] === undefined);
  }

  start(): void {
    const { keys } = this.#session.epoch;
    const election = writerKey(keys, this.need).length;
    this.#watch = this.#session.store.watch(keys.gatherHead(this.need.group, this.need.output), {
      state: (entry) => {
        // What is true now is noted at once, in the order in which it is told; only what waits goes into the queue.
        this.#enqueue(
          async () => this.#evaluate(),
          () => this.#note(entry, entry.key.length === election),
        );
      },
      gone: (key) => {
        if (key.length === election) this.#writer = undefined;
        else this.#head = undefined;
        this.#enqueue(() => this.#standForWriter());
      },
      synced: () => this.#enqueue(() => this.#standForWriter()),
      status: (state) => {
        this.#isDown = state === 'down';
      },
      failed: (error) => this.#settle(() => this.#handler.error(error)),
    });
  }

  async stop(): Promise<void> {
    this.#isSettled = true;
    await this.#watch?.close();
    await this.#work;
  }

  #note(entry: Entry, isWriter: boolean): void {
    if (isWriter) this.#writer = parse<GatherWriterRecord>(entry);
    else if (entry.value.byteLength > 0) this.#head = parse<GatherHead>(entry);
  }

  async #standForWriter(): Promise<void> {
    if (this.#writer === undefined && !this.#isSettled) await this.#contend(this.need);
  }

  async #evaluate(): Promise<void> {
    const head = this.#head;
    // Only the head of the writer that lives says what is true now.
    if (this.#isSettled || head === undefined || head.writer !== this.#writer?.id) return;
    const needed = this.need.atLeast ?? this.need.count;
    const failed = gatherMembers(this.need).filter((member) => head.failed[member] !== undefined);
    if (Object.keys(head.present).length >= needed) return this.#complete(head);
    const [first] = failed;
    if (first === undefined || this.need.count - failed.length >= needed) return;
    const why = head.failed[first] as NeverComing;
    if (await this.#isStillSo(first, why)) this.#settle(() => this.#handler.never(first, why));
  }

  /** A head may be older than its members: whoever is about to judge looks at the member itself; if it has moved on, another head comes. */
  async #isStillSo(member: string, { producer }: NeverComing): Promise<boolean> {
    const { store, epoch } = this.#session;
    const entry = await store.get(epoch.keys.role(producer.node, producer.role));
    if (entry !== undefined && !isEnded(parse<RoleRecord>(entry).state)) return false;
    return storedValue(await store.get(epoch.keys.value(member, this.need.output))) === undefined;
  }

  async #complete(head: GatherHead): Promise<void> {
    const values = head.chunks > 0 ? await this.#readChunks(head) : await this.#readMembers(head);
    // A chunk that is gone means that a newer head is on its way.
    if (values !== undefined) this.#settle(() => this.#handler.complete(values));
  }

  async #readChunks(head: GatherHead): Promise<Map<string, GatheredValue> | undefined> {
    const { keys } = this.#session.epoch;
    const { group, output } = this.need;
    const indexes = Array.from({ length: head.chunks }, (_, index) => index);
    const entries = await Promise.all(
      indexes.map((index) => this.#session.store.get(keys.gatherChunk(group, output, head.generation, index))),
    );
    const values = new Map<string, GatheredValue>();
    for (const entry of entries) {
      if (entry === undefined) return undefined;
      for (const [member, value] of parse<[string, Json][]>(entry))
        values.set(member, { value, rev: head.present[member] as Rev });
    }
    return values;
  }

  /** With `atLeast` the aggregate is not complete: the present members are read one by one. */
  async #readMembers(head: GatherHead): Promise<Map<string, GatheredValue>> {
    const { store, epoch } = this.#session;
    const values = new Map<string, GatheredValue>();
    await Promise.all(
      Object.keys(head.present).map(async (member) => {
        const stored = storedValue(await store.get(epoch.keys.value(member, this.need.output)));
        if (stored !== undefined) values.set(member, { value: stored.envelope.value, rev: stored.rev });
      }),
    );
    return values;
  }

  #enqueue(step: () => Promise<void>, now: () => void = () => undefined): void {
    const fail = (thrown: unknown) => {
      const error = toHeddleError(thrown);
      // The watch tells everything again after a reconnect.
      if (error.code !== 'unavailable') this.#settle(() => this.#handler.error(error));
    };
    try {
      now();
    } catch (thrown) {
      return fail(thrown);
    }
    this.#work = this.#work.then(step).catch(fail);
  }

  #settle(tell: () => void): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    tell();
  }
}
