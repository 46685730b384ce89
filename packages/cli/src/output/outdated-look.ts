import {
  type DeploymentState,
  epochKeys,
  type HeddleError,
  type RoleRecord,
  readSuperseded,
  type Store,
  toHeddleError,
} from '@heddle/core';

/** Between two looks, in ms: each reads every output that a role has read. */
const pauseMs = 2000;

/** Looks again which roles are outdated when roles have ended, for a table that follows a deployment. */
export class OutdatedLook {
  readonly #store: Store;
  readonly #onChange: () => void;
  readonly #onError: (error: HeddleError) => void;
  #superseded: ReadonlyMap<string, readonly string[]>;
  /** The records that were looked at last. */
  #seen: ReadonlyMap<string, RoleRecord>;
  #timer: NodeJS.Timeout | undefined;

  /** @param first  As `readShownState` reads it. */
  constructor(store: Store, first: DeploymentState, onChange: () => void, onError: (error: HeddleError) => void) {
    this.#store = store;
    this.#onChange = onChange;
    this.#onError = onError;
    this.#superseded = first.superseded ?? new Map();
    this.#seen = ended(first);
  }

  /** Add to a state what is known of its roles; what has ended since the last look is looked at soon. */
  add(state: DeploymentState): DeploymentState {
    const now = ended(state);
    if (![...now].every(([name, record]) => this.#isSeen(name, record)))
      this.#timer ??= setTimeout(() => void this.look(state).then(this.#onChange, this.#fail), pauseMs);
    const known = [...this.#superseded].filter(([name]) => this.#isSeen(name, now.get(name)));
    return { ...state, superseded: new Map(known) };
  }

  /** Look now. Throws store errors. */
  async look(state: DeploymentState): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#superseded = await readSuperseded(this.#store, epochKeys(state.deployment, state.epoch), state.roles);
    this.#seen = ended(state);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  readonly #fail = (thrown: unknown): void => this.#onError(toHeddleError(thrown));

  #isSeen(name: string, record: RoleRecord | undefined): boolean {
    const seen = this.#seen.get(name);
    return record !== undefined && seen?.endedAt === record.endedAt && seen?.incarnation === record.incarnation;
  }
}

function ended({ roles }: DeploymentState): ReadonlyMap<string, RoleRecord> {
  return new Map(
    roles.filter(({ state }) => state === 'done').map((record) => [`${record.node}.${record.role}`, record]),
  );
}
