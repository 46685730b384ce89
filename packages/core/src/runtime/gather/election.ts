import { HeddleError, toHeddleError } from '../../errors/heddle-error.ts';
import { type Expect, encodeRecord, type Key, type Rev } from '../../store/store.ts';
import type { Json } from '../../values/json.ts';
import type { NodeSession } from '../node-session.ts';
import { randomId } from '../random-id.ts';
import { untilAnswered, whileUnavailable } from '../retry.ts';
import { type GatherHead, type GatherId, parseHead } from './gather-head.ts';

/** Milliseconds that an election waits for a store that does not answer. */
const patienceMs = 120_000;
/** Milliseconds that giving it back waits: the agent ends, and its session would do the same. */
const resignMs = 5000;

/**
 * The right to write one gather. It is the gather's head itself, tied to the session of the one who created it.
 *
 * Each head replaces the one before by its revision, so nobody else's is ever overwritten; what is written beside it is guarded by it.
 */
export class Election {
  readonly writer: string;
  readonly #session: NodeSession;
  readonly #key: Key;
  readonly #id: GatherId;
  #rev: Rev | undefined;

  private constructor(session: NodeSession, id: GatherId, writer: string) {
    this.#session = session;
    this.#id = id;
    this.#key = session.epoch.keys.gatherHead(id.group, id.output, id.count);
    this.writer = writer;
  }

  /**
   * Stand for writer of a gather; undefined when another one is. Throws store errors.
   *
   * @param unsettled  Given a candidacy that was not won and may still land: it has to be withdrawn.
   */
  static async hold(
    session: NodeSession,
    id: GatherId,
    unsettled: (candidacy: Election) => void,
  ): Promise<Election | undefined> {
    const election = new Election(session, id, randomId());
    const head: GatherHead = { writer: election.writer, generation: 0, failed: {} };
    const patience = { clock: session.clock, timeoutMs: patienceMs };
    let isElected = false;
    let hasNoAnswer = false;
    const stand = async (): Promise<void> => {
      try {
        isElected = await election.#put(head, { absent: true });
      } catch (thrown) {
        hasNoAnswer ||= toHeddleError(thrown).code === 'ambiguous';
        throw again(thrown);
      }
    };
    try {
      // A candidacy of which nobody knows is made again: nobody else is told that there is none, and one that lands late is this one.
      await whileUnavailable(stand, patience);
    } finally {
      if (!isElected && hasNoAnswer) unsettled(election);
    }
    return isElected ? election : undefined;
  }

  /** Replace the head. Throws fenced when it is another writer's by now, or nobody's; store errors, after which `confirm` tells. */
  async swap(head: GatherHead): Promise<void> {
    if (!(await this.#put(head, { rev: this.#current() }))) throw this.#over();
  }

  /** Look whether the head is still this writer's, after a write of which nobody knows. Throws fenced, store errors. */
  async confirm(): Promise<void> {
    if (!(await this.#look())) throw this.#over();
  }

  /** Write an entry beside the head, whatever is there. Throws fenced, store errors. */
  async write(key: Key, record: object): Promise<void> {
    const guards = [...this.#session.guards, { key: this.#key, rev: this.#current() }];
    const put = (expect: Expect) => this.#session.store.put(key, encodeRecord(record as Json), { expect, guards });
    const first = await put({ absent: true });
    if (first.ok) return;
    // What is there was left by this writer or by one before; nobody else writes while the guard holds.
    const expect = first.current === undefined ? ({ absent: true } as const) : { rev: first.current.rev };
    if (!(await put(expect)).ok) throw this.#over();
  }

  /** Remove an entry beside the head. Throws fenced, store errors. */
  async remove(key: Key, rev: Rev): Promise<void> {
    const guards = [...this.#session.guards, { key: this.#key, rev: this.#current() }];
    await this.#session.store.delete(key, { expect: { rev }, guards });
  }

  /** Give it back; one that went with its session is no matter. @param rev  The revision that its head was seen with. */
  async resign(rev = this.#rev): Promise<void> {
    const { clock } = this.#session;
    this.#rev = rev;
    try {
      await untilAnswered(() => this.#removeHead(), { clock, timeoutMs: resignMs });
    } catch (thrown) {
      // The session ends with the connection, and the head with the session.
      if (!['closed', 'unavailable', 'session-lost'].includes(toHeddleError(thrown).code)) throw thrown;
    }
  }

  async #removeHead(): Promise<void> {
    const { store } = this.#session;
    // One that was not won knows no revision yet.
    if (this.#rev === undefined && !(await this.#look())) return;
    const remove = () => store.delete(this.#key, { expect: { rev: this.#current() } });
    // One that was written without an answer has a revision that this writer does not know.
    if (!(await remove()).ok && (await this.#look())) await remove();
  }

  async #put(head: GatherHead, expect: Expect): Promise<boolean> {
    const result = await this.#session.store.put(this.#key, encodeRecord(head as unknown as Json), {
      expect,
      guards: this.#session.guards,
      liveness: true,
    });
    if (result.ok) this.#rev = result.rev;
    if (result.ok || parseHead(result.current)?.writer !== this.writer) return result.ok;
    // An earlier write of this writer, of which there was no answer, came between.
    this.#rev = result.current?.rev;
    return 'rev' in expect ? this.#put(head, { rev: this.#current() }) : true;
  }

  async #look(): Promise<boolean> {
    const entry = await this.#session.store.get(this.#key);
    if (entry === undefined || parseHead(entry)?.writer !== this.writer) return false;
    this.#rev = entry.rev;
    return true;
  }

  #current(): Rev {
    if (this.#rev === undefined) throw new HeddleError('unexpected', 'an election that is not won was used');
    return this.#rev;
  }

  #over(): HeddleError {
    return new HeddleError('fenced', `another writer gathers ${this.#id.group}[*].${this.#id.output}`);
  }
}

/** What happens to a candidacy that is no verdict on it: there was no answer, or its session ended and it may be made on the next one. */
function again(thrown: unknown): HeddleError {
  const error = toHeddleError(thrown);
  if (error.code !== 'ambiguous' && error.code !== 'session-lost') return error;
  return new HeddleError('unavailable', error.message, { cause: error });
}
