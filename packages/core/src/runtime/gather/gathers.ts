import { type HeddleError, toHeddleError } from '../../errors/heddle-error.ts';
import type { GatherNeed } from '../../expressions/references.ts';
import { encodeRecord, type Key, type Rev } from '../../store/store.ts';
import { parse } from '../epoch.ts';
import type { NodeSession } from '../node-session.ts';
import { randomId } from '../random-id.ts';
import { whileUnavailable } from '../retry.ts';
import { type GatherWriterRecord, writerKey } from './gather-head.ts';
import { type GatherHandler, GatherReader } from './gather-reader.ts';
import { GatherWriter } from './gather-writer.ts';

interface Writing {
  readonly writer: GatherWriter;
  readonly key: Key;
  readonly rev: Rev;
}

/** Milliseconds that an election waits for a store that does not answer. */
const patienceMs = 120_000;
/** Milliseconds that giving an election back waits: the agent ends, and its session would do the same. */
const resignMs = 5000;

/**
 * The gathers of one agent: its readers, and the aggregates that it writes for everybody while it lives.
 *
 * A gather is collected once, by one elected reader: a watch per member for the writer, one watch for every reader.
 */
export class Gathers {
  readonly #session: NodeSession;
  readonly #producerOf: (need: GatherNeed) => string;
  readonly #onError: (error: HeddleError) => void;
  readonly #writers = new Map<string, Writing>();
  readonly #elections = new Map<string, Promise<void>>();
  /** Why this agent cannot write a gather: its readers are told when they stand for election again. */
  readonly #failures = new Map<string, HeddleError>();
  #isClosed = false;

  constructor(session: NodeSession, producerOf: (need: GatherNeed) => string, onError: (error: HeddleError) => void) {
    this.#session = session;
    this.#producerOf = producerOf;
    this.#onError = onError;
  }

  /** Make a reader; it does nothing until it is started. What an earlier one could not do is tried anew for it. */
  reader(need: GatherNeed, handler: GatherHandler): GatherReader {
    this.#failures.delete(gatherId(need));
    return new GatherReader(this.#session, need, (wanted) => this.#contend(wanted), handler);
  }

  /** Stop writing and give the elections back, so that another reader takes over at once. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#elections.values());
    const ended = [...this.#writers.values()];
    this.#writers.clear();
    await Promise.all(ended.map((writing) => this.#end(writing)));
  }

  #contend(need: GatherNeed): Promise<void> {
    const id = gatherId(need);
    if (this.#isClosed) return Promise.resolve();
    const failure = this.#failures.get(id);
    if (failure !== undefined) return Promise.reject(failure);
    const running = this.#elections.get(id);
    if (running !== undefined) return running;
    const election = this.#elect(id, need).finally(() => this.#elections.delete(id));
    this.#elections.set(id, election);
    return election;
  }

  async #elect(id: string, need: GatherNeed): Promise<void> {
    const record = { id: randomId(), node: this.#session.node };
    const key = writerKey(this.#session.epoch.keys, need);
    const rev = await this.#takeElection(key, record);
    if (rev === undefined) return;
    // A writer whose session was lost stands for election again: the former one must not write beside it.
    await this.#writers.get(id)?.writer.close();
    const writer = new GatherWriter(this.#session, need, this.#producerOf(need), { id: record.id, rev }, (error) => {
      this.#onError(error);
      // Another writer took over where it is fenced; every other error would meet this agent again.
      if (error.code !== 'fenced') this.#failures.set(id, error);
      this.#writers.delete(id);
      this.#end({ writer, key, rev }).catch((thrown: unknown) => this.#onError(toHeddleError(thrown)));
    });
    this.#writers.set(id, { writer, key, rev });
    writer.start();
  }

  /** Write the election key; undefined when another one has it. A put of which nobody knows is looked up by its id. */
  async #takeElection(key: Key, record: GatherWriterRecord): Promise<Rev | undefined> {
    const { store, guards, clock } = this.#session;
    const patience = { clock, timeoutMs: patienceMs };
    try {
      const put = () =>
        store.put(key, encodeRecord({ ...record }), {
          expect: { absent: true },
          guards,
          liveness: true,
          writeId: record.id,
        });
      const result = await whileUnavailable(put, patience);
      return result.ok ? result.rev : undefined;
    } catch (thrown) {
      const error = toHeddleError(thrown);
      if (error.code !== 'ambiguous') throw error;
      const entry = await whileUnavailable(() => store.get(key), patience);
      return entry !== undefined && parse<GatherWriterRecord>(entry).id === record.id ? entry.rev : undefined;
    }
  }

  async #end({ writer, key, rev }: Writing): Promise<void> {
    await writer.close();
    await this.#resign(key, rev);
  }

  /** Give an election key back; one that went with its session is no matter. */
  async #resign(key: Key, rev: Rev): Promise<void> {
    const { store, clock } = this.#session;
    try {
      await whileUnavailable(() => store.delete(key, { expect: { rev } }), { clock, timeoutMs: resignMs });
    } catch (thrown) {
      const error = toHeddleError(thrown);
      // The session ends with the connection, and the key with the session.
      if (error.code !== 'closed' && error.code !== 'unavailable') throw error;
    }
  }
}

function gatherId({ group, output }: GatherNeed): string {
  return `${group}.${output}`;
}
