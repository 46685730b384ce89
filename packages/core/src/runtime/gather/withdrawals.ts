import { type HeddleError, toHeddleError } from '../../errors/heddle-error.ts';
import type { Entry, Watch, WatchHandler } from '../../store/store.ts';
import type { NodeSession } from '../node-session.ts';
import type { Election } from './election.ts';
import { type GatherId, parseHead } from './gather-head.ts';

interface Withdrawn {
  readonly candidacies: Map<string, Election>;
  readonly watch: Watch;
  head: Entry | undefined;
}

/**
 * Takes heads away that are of no use: of candidacies that were not won as far as this agent was told, and landed later.
 *
 * Such a head lives as long as the session, keeps others from standing, and nobody writes.
 */
export class Withdrawals {
  readonly #session: NodeSession;
  readonly #onError: (error: HeddleError) => void;
  readonly #gathers = new Map<string, Withdrawn>();

  constructor(session: NodeSession, onError: (error: HeddleError) => void) {
    this.#session = session;
    this.#onError = onError;
  }

  /** Take the head of this candidacy away if it comes. */
  add({ group, output, count }: GatherId, candidacy: Election): void {
    const key = this.#session.epoch.keys.gatherHead(group, output, count);
    const id = key.join('\0');
    const known = this.#gathers.get(id);
    if (known !== undefined) {
      known.candidacies.set(candidacy.writer, candidacy);
      return this.#look(known);
    }
    const nothing = () => undefined;
    const handler: WatchHandler = {
      state: (entry) => {
        withdrawn.head = entry;
        this.#look(withdrawn);
      },
      gone: () => {
        withdrawn.head = undefined;
      },
      synced: nothing,
      status: nothing,
      failed: this.#onError,
    };
    const watch = this.#session.store.watch(key, handler, { below: false });
    const withdrawn: Withdrawn = { candidacies: new Map([[candidacy.writer, candidacy]]), watch, head: undefined };
    this.#gathers.set(id, withdrawn);
  }

  /** Stop looking: the session ends, and what lands then has none. */
  async close(): Promise<void> {
    await Promise.all([...this.#gathers.values()].map(({ watch }) => watch.close()));
  }

  #look({ candidacies, head }: Withdrawn): void {
    const candidacy = candidacies.get(parseHead(head)?.writer ?? '');
    candidacy?.resign(head?.rev).catch((thrown: unknown) => this.#onError(toHeddleError(thrown)));
  }
}
