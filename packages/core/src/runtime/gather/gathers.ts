import { type HeddleError, toHeddleError } from '../../errors/heddle-error.ts';
import type { GatherNeed } from '../../expressions/references.ts';
import type { NodeSession } from '../node-session.ts';
import { Election } from './election.ts';
import { type GatherHandler, GatherReader } from './gather-reader.ts';
import { GatherWriter } from './gather-writer.ts';
import { Withdrawals } from './withdrawals.ts';

interface Writing {
  readonly writer: GatherWriter;
  readonly election: Election;
}

/**
 * The gathers of one agent: its readers, and the aggregates that it writes for everybody while it lives.
 *
 * A gather is collected once, by one elected reader: a watch per member for the writer, one watch for every reader.
 */
export class Gathers {
  readonly #session: NodeSession;
  readonly #producerOf: (need: GatherNeed) => string;
  readonly #onError: (error: HeddleError) => void;
  readonly #writings = new Map<string, Writing>();
  readonly #elections = new Map<string, Promise<void>>();
  /** Why this agent cannot write a gather: its readers are told when they stand for election again. */
  readonly #failures = new Map<string, HeddleError>();
  readonly #withdrawals: Withdrawals;
  #isClosed = false;

  constructor(session: NodeSession, producerOf: (need: GatherNeed) => string, onError: (error: HeddleError) => void) {
    this.#session = session;
    this.#producerOf = producerOf;
    this.#onError = onError;
    this.#withdrawals = new Withdrawals(session, onError);
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
    const ended = [...this.#writings.values()];
    this.#writings.clear();
    await Promise.all([...ended.map((writing) => this.#end(writing)), this.#withdrawals.close()]);
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
    const election = await Election.hold(this.#session, need, (candidacy) => this.#withdrawals.add(need, candidacy));
    if (election === undefined) return;
    // A writer whose session was lost stands for election again: the former one must not write beside it.
    await this.#writings.get(id)?.writer.close();
    const writer = new GatherWriter(this.#session, need, this.#producerOf(need), election, (error) => {
      // Another writer took over where it is fenced: that is how it goes. Every other error would meet this agent again.
      if (error.code !== 'fenced') {
        this.#onError(error);
        this.#failures.set(id, error);
      }
      if (this.#writings.get(id) === writing) this.#writings.delete(id);
      this.#end(writing).catch((thrown: unknown) => this.#onError(toHeddleError(thrown)));
    });
    const writing: Writing = { writer, election };
    this.#writings.set(id, writing);
    writer.start();
  }

  async #end({ writer, election }: Writing): Promise<void> {
    await writer.close();
    await election.resign();
  }
}

function gatherId({ group, output, count }: GatherNeed): string {
  return `${group}.${output} ${count}`;
}
