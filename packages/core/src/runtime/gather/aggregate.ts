import type { Entry } from '../../store/store.ts';
import type { NodeSession } from '../node-session.ts';
import { cutChunks } from './cut-chunks.ts';
import type { Election } from './election.ts';
import type { GatheredMember, GatherHead, GatherId } from './gather-head.ts';

/** A chunk stays well below what any store takes, in bytes. */
const chunkSizeBytes = 512 * 1024;
/** What a head has beside its members, in bytes. */
const headRoomBytes = 1024;

/** What a head says of its members: themselves, or where they are. */
export type AggregatePlace = Pick<GatherHead, 'members' | 'chunks' | 'generation'>;

/**
 * Puts complete aggregates into the store: into the head when they fit, else into chunks that never change, below a generation of their own.
 *
 * What is stored below a generation is there before a head names it, and goes after another head has replaced that one.
 */
export class AggregateStorage {
  readonly #session: NodeSession;
  readonly #id: GatherId;
  readonly #election: Election;
  #generation: number | undefined;

  constructor(session: NodeSession, id: GatherId, election: Election) {
    this.#session = session;
    this.#id = id;
    this.#election = election;
  }

  /** Store the members as a new generation, and say what the next head has to hold. Throws fenced, store errors. */
  async store(members: readonly GatheredMember[]): Promise<AggregatePlace> {
    // Another writer may have died between its chunks and its head: its generations are never used again.
    this.#generation ??= Math.max(0, ...(await this.#chunks()).map(generationOf));
    this.#generation += 1;
    const generation = this.#generation;
    const limitBytes = Math.min(chunkSizeBytes, this.#session.store.capabilities.maxValueBytes - headRoomBytes);
    const chunks = cutChunks(members, limitBytes);
    if (chunks.length === 1) return { generation, members };
    for (const [index, chunk] of chunks.entries()) {
      const { group, output, count } = this.#id;
      const key = this.#session.epoch.keys.gatherChunk(group, output, count, generation, index);
      await this.#election.write(key, chunk);
    }
    return { generation, chunks: chunks.length };
  }

  /** Remove the chunks of all other generations than the one that the head names now. Throws fenced, store errors. */
  async tidy(current: number): Promise<void> {
    for (const entry of await this.#chunks()) {
      if (generationOf(entry) !== current) await this.#election.remove(entry.key, entry.rev);
    }
  }

  async #chunks(): Promise<readonly Entry[]> {
    const prefix = this.#session.epoch.keys.gatherOf(this.#id.group, this.#id.output, this.#id.count);
    const entries = await this.#session.store.list(prefix);
    return entries.filter(({ key }) => key.length === prefix.length + 2);
  }
}

function generationOf({ key }: Entry): number {
  return Number(key.at(-2));
}
