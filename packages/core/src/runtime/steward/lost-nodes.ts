import { type HeddleError, toHeddleError } from '../../errors/heddle-error.ts';
import type { IncarnationRecord } from '../../records/incarnation-record.ts';
import { isEnded, type RoleRecord } from '../../records/role-record.ts';
import type { Entry, Guard, Key, Rev, Watch, WatchHandler } from '../../store/store.ts';
import { formatDuration } from '../../time/duration.ts';
import { declareLost } from '../declare-lost.ts';
import { parse, readSlice } from '../epoch.ts';
import type { NodeSession } from '../node-session.ts';

/** Milliseconds that an agent may be gone when the deployment file says nothing. */
export const defaultGraceMs = 60_000;
/** Milliseconds until what the store did not answer is tried again. */
const againMs = 1000;

/** Of incarnations, members and roles. */
const watchCount = 3;

export interface LostNodesOptions {
  readonly session: NodeSession;
  /** The guard of what the steward writes. */
  readonly election: Guard;
  /** Milliseconds, > 0. */
  readonly graceMs: number;
  /** Told what keeps it from judging: fenced when another one is steward, or a store error. */
  readonly onFailed: (thrown: unknown) => void;
}

/**
 * Declares nodes lost whose agents have been gone for the grace period with roles that have not ended. Only the steward has one.
 *
 * The period runs on this agent's monotonic clock, and only while it is itself connected: after an outage it starts anew, because nobody
 * could announce itself meanwhile. So it does when a record of its roles changes: whoever is asked to run them again gets time to come.
 */
export class LostNodes {
  readonly #session: NodeSession;
  readonly #options: LostNodesOptions;
  /** What the watch of the epoch's roles tells, which its owner hands on. */
  readonly roles: WatchHandler;
  /** Every node that an agent has taken, with its incarnation. */
  readonly #incarnations = new Map<string, { readonly rev: Rev; readonly isLost: boolean }>();
  /** The revisions of all role records, by node and role. */
  readonly #roles = new Map<string, Map<string, Rev>>();
  readonly #members = new Set<string>();
  readonly #timers = new Map<string, () => void>();
  /** Nodes of which nothing is left to judge, with the incarnation of which that is so. */
  readonly #settled = new Map<string, Rev>();
  /** Nodes that were about to be declared lost: of a write without an answer only the watches tell whether it was made. */
  readonly #begun = new Set<string>();
  /** The watches that have told what there is. */
  readonly #synced = new Set<WatchHandler>();
  readonly #watches: Watch[] = [];
  #work: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: LostNodesOptions) {
    this.#options = options;
    this.#session = options.session;
    this.roles = this.#handler((key, entry) => this.#noteRole(key, entry));
  }

  start(): void {
    const { epoch } = this.#session;
    this.#follow(epoch.keys.incarnations(), (node, entry) => {
      // A new agent has its own time to announce itself.
      this.#disarm(node);
      // Where nobody has been an agent nobody can be gone: whoever is started, is started yet.
      const record = entry && parse<IncarnationRecord>(entry);
      const isLost = record?.isLost === true;
      if (!isLost) this.#begun.delete(node);
      if (entry === undefined || record?.isReserved === true) this.#incarnations.delete(node);
      else this.#incarnations.set(node, { rev: entry.rev, isLost });
    });
    this.#follow(epoch.keys.members(), (node, entry) => {
      if (entry === undefined) this.#members.delete(node);
      else this.#members.add(node);
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#disarmAll();
    await Promise.all(this.#watches.map((watch) => watch.close()));
    await this.#work;
  }

  #follow(prefix: Key, note: (node: string, entry: Entry | undefined) => void): void {
    const handler = this.#handler((key, entry) => {
      const node = key.at(-1) as string;
      note(node, entry);
      this.#arm(node);
    });
    this.#watches.push(this.#session.store.watch(prefix, handler));
  }

  #handler(told: (key: Key, entry: Entry | undefined) => void): WatchHandler {
    const handler: WatchHandler = {
      state: (entry) => {
        try {
          told(entry.key, entry);
        } catch (thrown) {
          this.#options.onFailed(thrown);
        }
      },
      gone: (key) => told(key, undefined),
      synced: () => {
        this.#synced.add(handler);
        for (const node of this.#incarnations.keys()) this.#arm(node);
      },
      status: (status) => {
        if (status === 'up') return;
        this.#synced.delete(handler);
        this.#disarmAll();
      },
      failed: (error) => this.#options.onFailed(error),
    };
    return handler;
  }

  #noteRole(key: Key, entry: Entry | undefined): void {
    const [node, role] = key.slice(-2) as [string, string];
    const revs = this.#roles.get(node) ?? new Map<string, Rev>();
    this.#roles.set(node, revs);
    const isNew = entry !== undefined && entry.rev !== revs.get(role);
    // Somebody asks for it.
    if (isNew && this.#begun.has(node) && !isEnded(parse<RoleRecord>(entry).state)) this.#begun.delete(node);
    if (entry === undefined) revs.delete(role);
    else revs.set(role, entry.rev);
    if (this.#hasAgent(node)) return;
    this.#settled.delete(node);
    this.#disarm(node);
    this.#arm(node);
  }

  /** Let the period of a node run while its agent is gone, and end it when it is back. One that this steward has fenced has none left. */
  #arm(node: string, delayMs?: number): void {
    const known = this.#incarnations.get(node);
    if (known === undefined || this.#hasAgent(node)) return this.#disarm(node);
    const { rev, isLost } = known;
    const isInformed = this.#synced.size === watchCount;
    if (this.#isClosed || !isInformed || this.#timers.has(node) || this.#settled.get(node) === rev) return;
    const periodMs = isLost && this.#begun.has(node) ? 0 : this.#options.graceMs;
    const cancel = this.#session.clock.timer(delayMs ?? periodMs, () => {
      this.#timers.delete(node);
      this.#work = this.#work.then(() => this.#judge(node, rev)).catch((thrown: unknown) => this.#fail(node, thrown));
    });
    this.#timers.set(node, cancel);
  }

  /** One that announced itself just before it was fenced does not know of that yet: it is no agent of the node any more. */
  #hasAgent(node: string): boolean {
    return this.#members.has(node) && this.#incarnations.get(node)?.isLost !== true;
  }

  #disarm(node: string): void {
    this.#timers.get(node)?.();
    this.#timers.delete(node);
  }

  #disarmAll(): void {
    for (const node of this.#timers.keys()) this.#disarm(node);
  }

  async #judge(node: string, rev: Rev): Promise<void> {
    const { store, epoch, clock } = this.#session;
    const [member, incarnation] = await Promise.all([
      store.get(epoch.keys.member(node)),
      store.get(epoch.keys.incarnation(node)),
    ]);
    // What has changed meanwhile is told by the watches.
    if (this.#isClosed || incarnation?.rev !== rev) return;
    const { roles, isLost } = parse<IncarnationRecord>(incarnation);
    if (member !== undefined && isLost !== true) return;
    const records = await this.#records(node, roles);
    const open = [...records].filter(([, entry]) => entry === undefined || !isEnded(parse<RoleRecord>(entry).state));
    const isChanged = open.some(([name, entry]) => entry?.rev !== this.#roles.get(node)?.get(name));
    if (isChanged) {
      this.#begun.delete(node);
      return this.#arm(node);
    }
    if (open.length > 0) {
      const why = `its agent has been gone for ${formatDuration(this.#options.graceMs)}`;
      const agent = { lost: { rev, guard: this.#options.election }, ...(roles === undefined ? {} : { roles }) };
      this.#begun.add(node);
      await declareLost(store, epoch, node, why, clock, agent);
    }
    this.#begun.delete(node);
    this.#settled.set(node, rev);
  }

  async #records(node: string, answersFor: readonly string[] | undefined): Promise<Map<string, Entry | undefined>> {
    const { store, epoch } = this.#session;
    const names = answersFor ?? (await readSlice(store, epoch, node)).node.roles.map(({ name }) => name);
    const entries = await Promise.all(names.map((name) => store.get(epoch.keys.role(node, name))));
    return new Map(names.map((name, index) => [name, entries[index]]));
  }

  async #fail(node: string, thrown: unknown): Promise<void> {
    const error = toHeddleError(thrown);
    if (isUnanswered(error)) return this.#arm(node, againMs);
    if (error.code !== 'fenced') return this.#options.onFailed(error);
    try {
      // It may be the node that has another incarnation by now, and not the election.
      const { key, rev } = this.#options.election;
      if ((await this.#session.store.get(key))?.rev !== rev) this.#options.onFailed(error);
    } catch (unread) {
      const why = toHeddleError(unread);
      if (isUnanswered(why)) this.#arm(node, againMs);
      else this.#options.onFailed(why);
    }
  }
}

function isUnanswered({ code }: HeddleError): boolean {
  return code === 'unavailable' || code === 'ambiguous';
}
