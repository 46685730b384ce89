import { setImmediate } from 'node:timers/promises';
import { type HeddleError, toHeddleError } from '../../errors/heddle-error.ts';
import type { GatherNeed } from '../../expressions/references.ts';
import { isEnded, type RoleRecord } from '../../records/role-record.ts';
import { inParallel } from '../../store/in-parallel.ts';
import type { Entry, Key, Watch, WatchHandler } from '../../store/store.ts';
import { parse } from '../epoch.ts';
import type { NodeSession } from '../node-session.ts';
import { whileUnavailable } from '../retry.ts';
import type { NeverComing } from '../wait/never-coming.ts';
import { hasValue, storedValue } from '../wait/output-waiter.ts';
import type { ReadValue } from '../wait/run-values.ts';
import {
  type GatheredMember,
  type GatherHead,
  type GatherProgress,
  gatherMembers,
  memberValue,
  parseHead,
} from './gather-head.ts';

/**
 * Milliseconds until readers stand for writer: one is enough, and the others see it. A group's first member reads what the other members
 * read, so they leave it a start, which is longer in a large group; readers of other groups know nothing of one another.
 */
const candidacy = { membersAfterMs: 50, membersPerMemberMs: 2, othersWithinMs: 250 };

/** Milliseconds after which a reader stands again that has seen no head since it stood. */
const standAgainMs = 1000;

export interface GatherHandler {
  /** Enough members are present. Called once. */
  complete(values: ReadonlyMap<string, ReadValue>): void;
  /** Too many members will never come. Called once. */
  never(member: string, why: NeverComing): void;
  error(error: HeddleError): void;
}

type Failed = readonly [member: string, why: NeverComing];

/** One read of a gather: watches the head alone, or with `atLeast` the progress too, and stands for writer when there is none. */
export class GatherReader {
  readonly need: GatherNeed;
  readonly #session: NodeSession;
  readonly #contend: (need: GatherNeed) => Promise<void>;
  readonly #handler: GatherHandler;
  readonly #watches: Watch[] = [];
  readonly #stopping = new AbortController();
  #head: GatherHead | undefined;
  #progress: GatherProgress | undefined;
  #isSettled = false;
  #isDown = false;
  #cancelCandidacy: (() => void) | undefined;
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

  /** Members whose values are not there, as far as the writer has told. */
  absent(): string[] {
    const present = new Set(this.#present());
    return gatherMembers(this.need).filter((member) => !present.has(member));
  }

  /** Look up which members are there, for messages and records. Throws store errors. */
  async refresh(): Promise<void> {
    const { store, epoch } = this.#session;
    const told = this.#progress;
    const entry = await store.get(epoch.keys.gatherProgress(this.need.group, this.need.output, this.need.count), {
      timeoutMs: 1000,
    });
    // What the watch has told meanwhile is newer than this answer, and is not told again.
    if (entry !== undefined && this.#progress === told) this.#progress = parse<GatherProgress>(entry);
  }

  start(): void {
    const { keys } = this.#session.epoch;
    const { group, output, count, atLeast } = this.need;
    this.#watch(keys.gatherHead(group, output, count), {
      present: (entry) => {
        this.#head = parseHead(entry);
        if (this.#head !== undefined) this.#sitDown();
      },
      gone: () => {
        this.#head = undefined;
        this.#standForWriter();
      },
      synced: () => this.#standForWriter(),
    });
    if (atLeast === undefined) return;
    this.#watch(keys.gatherProgress(group, output, count), {
      present: (entry) => {
        this.#progress = parse<GatherProgress>(entry);
      },
      gone: () => undefined,
      synced: () => undefined,
    });
  }

  async stop(): Promise<void> {
    this.#isSettled = true;
    this.#stopping.abort();
    this.#sitDown();
    await Promise.all(this.#watches.map((watch) => watch.close()));
    await this.#work;
  }

  #watch(key: Key, told: { present(entry: Entry): void; gone(): void; synced(): void }): void {
    const handler: WatchHandler = {
      // What is true now is noted at once, in the order in which it is told; only what waits goes into the queue.
      state: (entry) =>
        this.#enqueue(
          () => this.#evaluate(),
          () => told.present(entry),
        ),
      gone: () => told.gone(),
      synced: () => told.synced(),
      status: (state) => {
        this.#isDown = state === 'down';
      },
      failed: (error) => this.#settle(() => this.#handler.error(error)),
    };
    const watch = this.#session.store.watch(key, handler, { below: false });
    this.#watches.push(watch);
  }

  async #evaluate(): Promise<void> {
    const head = this.#head;
    if (this.#isSettled || head === undefined) return;
    if (head.members !== undefined || head.chunks !== undefined) return this.#readAggregate(head);
    const needed = this.need.atLeast ?? this.need.count;
    const present = this.#present();
    if (present.length >= needed) return this.#readMembers(present);
    const first = await this.#firstOf(head, this.need.count - needed + 1);
    if (first !== undefined) this.#settle(() => this.#handler.never(...first));
  }

  /** The first member that will never come, when at least so many will not; undefined: enough still can. */
  async #firstOf({ failed }: GatherHead, count: number): Promise<Failed | undefined> {
    const open = gatherMembers(this.need).flatMap((member): Failed[] => {
      const why = failed[member];
      return why === undefined ? [] : [[member, why]];
    });
    const confirmed: Failed[] = [];
    // No more of them are looked at than may decide it.
    while (confirmed.length < count && open.length >= count - confirmed.length) {
      const next = open.splice(0, count - confirmed.length);
      const stays = new Set<Failed>();
      await inParallel(next, async (one) => {
        if (await this.#isStillSo(...one)) stays.add(one);
      });
      confirmed.push(...next.filter((one) => stays.has(one)));
    }
    return confirmed.length < count ? undefined : confirmed[0];
  }

  /** A head may be older than its members: whoever is about to judge looks at the member itself; if it has moved on, another head comes. */
  async #isStillSo(member: string, { producer }: NeverComing): Promise<boolean> {
    const { store, epoch } = this.#session;
    const entry = await store.get(epoch.keys.role(producer.node, producer.role));
    if (entry !== undefined && !isEnded(parse<RoleRecord>(entry).state)) return false;
    return !hasValue(await store.get(epoch.keys.value(member, this.need.output)));
  }

  async #readAggregate(head: GatherHead): Promise<void> {
    const members = head.members ?? (await this.#readChunks(head));
    if (members === undefined) return this.#readHeadAgain(head);
    const values = await unpackMembers(members);
    this.#settle(() => this.#handler.complete(values));
  }

  async #readChunks({ chunks = 0, generation }: GatherHead): Promise<readonly GatheredMember[] | undefined> {
    const { store, epoch } = this.#session;
    const { group, output, count } = this.need;
    const entries = await Promise.all(
      Array.from({ length: chunks }, (_, index) =>
        store.get(epoch.keys.gatherChunk(group, output, count, generation, index)),
      ),
    );
    const members: GatheredMember[] = [];
    for (const entry of entries) {
      if (entry === undefined) return undefined;
      members.push(...parse<GatheredMember[]>(entry));
    }
    return members;
  }

  /** A chunk that is gone means that another head is there by now, or that its writer has gone. */
  async #readHeadAgain(before: GatherHead): Promise<void> {
    const { store, epoch } = this.#session;
    const { group, output, count } = this.need;
    const head = parseHead(await store.get(epoch.keys.gatherHead(group, output, count)));
    // The watch tells whatever is there, too: nothing is lost if this is the same one still, or none.
    if (head === undefined || (head.writer === before.writer && head.generation === before.generation)) return;
    this.#head = head;
    return this.#evaluate();
  }

  /** With `atLeast` the aggregate is not complete: the present members are read one by one. */
  async #readMembers(present: readonly string[]): Promise<void> {
    const { store, epoch } = this.#session;
    const values = new Map<string, ReadValue>();
    await Promise.all(
      present.map(async (member) => {
        const stored = storedValue(await store.get(epoch.keys.value(member, this.need.output)));
        if (stored !== undefined) values.set(member, { value: stored.envelope.value, rev: stored.rev });
      }),
    );
    this.#settle(() => this.#handler.complete(values));
  }

  #present(): readonly string[] {
    if (this.#head?.members !== undefined || this.#head?.chunks !== undefined) return gatherMembers(this.need);
    // Progress that another writer has left says nothing of now; before the head is known it is the best that is known.
    const isCurrent = this.#head === undefined || this.#head.writer === this.#progress?.writer;
    return isCurrent ? (this.#progress?.present ?? []) : [];
  }

  #standForWriter(delayMs = this.#candidacyMs()): void {
    if (this.#head !== undefined || this.#isSettled || this.#cancelCandidacy !== undefined) return;
    const { clock } = this.#session;
    this.#cancelCandidacy = clock.timer(delayMs, () => {
      this.#cancelCandidacy = undefined;
      this.#enqueue(async () => {
        if (this.#head !== undefined || this.#isSettled) return;
        await this.#contend(this.need);
        // Whoever has won may give it back before the watch tells of that head: to the watch nothing has changed then.
        this.#standForWriter(standAgainMs);
      });
    });
  }

  #sitDown(): void {
    this.#cancelCandidacy?.();
    this.#cancelCandidacy = undefined;
  }

  #candidacyMs(): number {
    const { count } = this.need;
    const member = gatherMembers(this.need).indexOf(this.#session.node);
    if (member === 0) return 0;
    const { membersAfterMs, membersPerMemberMs, othersWithinMs } = candidacy;
    if (member === -1) return this.#session.random() * Math.min(othersWithinMs, count * membersPerMemberMs);
    const startMs = membersAfterMs + count * membersPerMemberMs;
    return startMs * (1 + this.#session.random());
  }

  #enqueue(step: () => Promise<void>, now: () => void = () => undefined): void {
    const fail = (thrown: unknown) => {
      const error = toHeddleError(thrown);
      this.#settle(() => this.#handler.error(error));
    };
    try {
      now();
    } catch (thrown) {
      return fail(thrown);
    }
    // Nothing tells it again when a store that goes on being connected leaves one call without an answer.
    const patience = {
      clock: this.#session.clock,
      timeoutMs: Number.POSITIVE_INFINITY,
      signal: this.#stopping.signal,
    };
    this.#work = this.#work.then(() => whileUnavailable(step, patience)).catch(fail);
  }

  #settle(tell: () => void): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    tell();
  }
}

/** So much packed text is unpacked at a time: some milliseconds' work. */
const unpackedAtOnceBytes = 65_536;

/** Unpack the members one after the other, and let heartbeats and other reads have their turns between them. Throws corrupt. */
async function unpackMembers(members: readonly GatheredMember[]): Promise<ReadonlyMap<string, ReadValue>> {
  const values = new Map<string, ReadValue>();
  let sizeBytes = 0;
  for (const member of members) {
    const [name, rev, , gzip = ''] = member;
    values.set(name, { value: memberValue(member), rev });
    sizeBytes += gzip.length;
    if (sizeBytes < unpackedAtOnceBytes) continue;
    sizeBytes = 0;
    await setImmediate();
  }
  return values;
}
