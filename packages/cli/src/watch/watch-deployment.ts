import {
  type DeploymentEvent,
  type DeploymentState,
  type Entry,
  type EpochKeys,
  epochKeys,
  eventKinds,
  eventVersion,
  isEnded,
  isoTime,
  type Key,
  type PlanNode,
  type PlanSlice,
  parse,
  type RoleRecord,
  type Store,
  systemClock,
  toHeddleError,
} from '@heddle/core';
import { EventStream } from './event-stream.ts';
import { OutdatedEvents } from './outdated-events.ts';

/** What only the stream says, beside the events of the deployment. */
type StreamEvent =
  | { readonly type: 'watch'; readonly deployment: string; readonly epoch: string; readonly fromStart: boolean }
  | { readonly type: 'store'; readonly state: 'up' | 'down' }
  | { readonly type: 'end'; readonly reason: EndReason };

/** Why a stream ends. */
export type EndReason = 'all-ended' | 'epoch-closed' | 'interrupted';

export interface WatchOptions {
  /** True: tell what is there first. False: only what changes from now on. */
  readonly fromStart: boolean;
  /** Gets one line without its newline; resolves when the reader can take another. */
  readonly write: (line: string) => Promise<void>;
  /** Aborted to end the stream in order. */
  readonly signal: AbortSignal;
}

/**
 * Write the events of an epoch, one JSON object a line, until all roles have ended, the epoch is closed, or the signal comes.
 *
 * @throws Errors of the store; that it does not answer is an event.
 */
export async function watchDeployment(store: Store, first: DeploymentState, options: WatchOptions): Promise<EndReason> {
  const { deployment, epoch } = first;
  const write = (event: DeploymentEvent | StreamEvent) =>
    options.write(JSON.stringify({ v: eventVersion, time: isoTime(systemClock), ...event }));
  await write({ type: 'watch', deployment, epoch, fromStart: options.fromStart });
  const watching = new Watching(store, first, options.fromStart, write);
  const interrupt = () => watching.finish('interrupted');
  options.signal.addEventListener('abort', interrupt, { once: true });
  if (options.signal.aborted) interrupt();
  try {
    const reason = await watching.end();
    await write({ type: 'end', reason });
    return reason;
  } finally {
    options.signal.removeEventListener('abort', interrupt);
    await watching.close();
  }
}

class Watching {
  readonly #store: Store;
  readonly #keys: EpochKeys;
  readonly #stream: EventStream;
  readonly #outdated: OutdatedEvents;
  readonly #write: (event: DeploymentEvent) => Promise<void>;
  readonly #watches: readonly { close(): Promise<void> }[];
  readonly #ended = new Set<string>();
  readonly #reason: Promise<EndReason>;
  #resolve: (reason: EndReason) => void = () => undefined;
  #reject: (thrown: unknown) => void = () => undefined;
  /** `NODE.ROLE` of all roles that the plan has now. */
  #open: ReadonlySet<string>;
  #isReady = false;
  #isDown = false;
  #isLooking = false;
  #looking: Promise<void> = Promise.resolve();
  #isConfirming = false;
  #reading: Promise<void> = Promise.resolve();

  constructor(
    store: Store,
    { deployment, epoch, nodes }: DeploymentState,
    fromStart: boolean,
    write: (event: DeploymentEvent | StreamEvent) => Promise<void>,
  ) {
    this.#store = store;
    const keys = epochKeys(deployment, epoch);
    this.#keys = keys;
    this.#outdated = new OutdatedEvents(store, keys, nodes);
    this.#write = write;
    this.#open = rolesOf(nodes);
    this.#reason = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const { fail } = this;
    this.#stream = new EventStream(write, fail);
    const synced: Promise<void>[] = [];
    const watches = eventKinds.map((kind, index) => {
      let sync: () => void = () => undefined;
      synced.push(new Promise((resolve) => void (sync = resolve)));
      return store.watch([...this.#keys.root, kind], {
        state: (entry) => this.#change(entry.key, entry),
        gone: (key) => this.#change(key, undefined),
        synced: sync,
        status: (status) => {
          // The connection is one: the first watch speaks for all.
          const isDown = status === 'down';
          if (index > 0 || isDown === this.#isDown) return;
          this.#isDown = isDown;
          write({ type: 'store', state: isDown ? 'down' : 'up' }).catch(fail);
        },
        failed: fail,
      });
    });
    const grown = store.watch(
      keys.scale(),
      {
        state: () => void this.#readPlan(),
        gone: () => undefined,
        synced: () => undefined,
        status: () => undefined,
        failed: fail,
      },
      { below: false },
    );
    this.#watches = [...watches, grown];
    void Promise.all(synced).then(() => {
      this.#isReady = true;
      this.#stream.open(fromStart);
      // What is outdated already is news only to who asks for all.
      this.#looking = this.#lookOutdated(fromStart).catch(fail);
      this.#checkEnd();
    });
  }

  readonly fail = (thrown: unknown): void => this.#reject(toHeddleError(thrown));

  finish(reason: EndReason): void {
    this.#resolve(reason);
  }

  /** Resolve when the stream is over and all that came before has been told. */
  async end(): Promise<EndReason> {
    const reason = await this.#reason;
    if (reason === 'all-ended') await this.#catchUp();
    await this.#reading;
    await this.#stream.drained();
    await this.#looking;
    await this.#lookOutdated(true);
    return reason;
  }

  async close(): Promise<void> {
    await Promise.all(this.#watches.map((watch) => watch.close()));
  }

  #change(key: Key, entry: Entry | undefined): void {
    try {
      this.#note(key, entry);
    } catch (thrown) {
      this.fail(thrown);
      return;
    }
    this.#stream.change(key, entry);
    this.#checkOutdated();
    this.#checkEnd();
  }

  #checkOutdated(): void {
    if (this.#isReady && this.#outdated.isSuspicious && !this.#isLooking)
      this.#looking = this.#lookOutdated(true).catch(this.fail);
  }

  #note(key: Key, entry: Entry | undefined): void {
    const [, , kind, node, role] = key;
    this.#outdated.change(key, entry);
    if (kind === 'open' && entry !== undefined && parse<{ state: string }>(entry).state === 'closed')
      this.finish('epoch-closed');
    if (kind !== 'roles') return;
    const hasEnded = entry !== undefined && isEnded(parse<RoleRecord>(entry).state);
    if (hasEnded) this.#ended.add(`${node}.${role}`);
    else this.#ended.delete(`${node}.${role}`);
  }

  /** A group may have grown, which a watch of its own tells: the last role of the plan as it was need not be the last one. */
  #checkEnd(): void {
    if (!this.#hasEnded || this.#isConfirming) return;
    this.#isConfirming = true;
    void this.#readPlan().then(() => {
      this.#isConfirming = false;
      if (this.#hasEnded) this.finish('all-ended');
    });
  }

  get #hasEnded(): boolean {
    return this.#isReady && [...this.#open].every((role) => this.#ended.has(role));
  }

  /** Take over what the plan is now; what that fails of ends the stream. */
  #readPlan(): Promise<void> {
    const read = async (): Promise<void> => {
      const plans = await this.#store.list(this.#keys.plans());
      const nodes = plans.map((entry) => parse<PlanSlice>(entry).node);
      this.#open = rolesOf(nodes);
      this.#outdated.plan(nodes);
      this.#checkOutdated();
    };
    this.#reading = this.#reading.then(read).catch(this.fail);
    return this.#reading;
  }

  /** Look until nothing looks outdated any more; after the events of what it is about. */
  async #lookOutdated(tells: boolean): Promise<void> {
    this.#isLooking = true;
    try {
      while (this.#outdated.isSuspicious) {
        const events = await this.#outdated.look();
        await this.#stream.drained();
        if (tells) for (const event of events) await this.#write(event);
      }
    } finally {
      this.#isLooking = false;
    }
  }

  /** Each kind is told of by a watch of its own: what a role wrote before it ended may come after its end. */
  async #catchUp(): Promise<void> {
    for (const kind of ['values', 'waits'] as const) {
      const entries = await this.#store.list([...this.#keys.root, kind]);
      const there = new Set(entries.map(({ key }) => key.join('/')));
      for (const entry of entries) {
        this.#outdated.change(entry.key, entry);
        this.#stream.change(entry.key, entry);
      }
      for (const key of this.#stream.keys(kind)) if (!there.has(key.join('/'))) this.#stream.change(key, undefined);
    }
  }
}

function rolesOf(nodes: readonly PlanNode[]): ReadonlySet<string> {
  return new Set(nodes.flatMap(({ name, roles }) => roles.map((role) => `${name}.${role.name}`)));
}
