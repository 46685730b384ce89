import {
  type Condition,
  type ConditionPart,
  type Entry,
  epochKeys,
  type HeddleError,
  type Key,
  parse,
  type RoleRecord,
  type Store,
  splitName,
  toHeddleError,
  type WaitRecord,
  type Watch,
  type WhyState,
} from '@heddle/core';

/** From this many roles on all are followed at once. */
const mostSingleRoles = 20;

/** Follows what conditions are about: the roles and their waits, and which of the outputs are there. */
export class ConditionFollower {
  /** Resolves when all that existed at the start has been told. */
  readonly ready: Promise<unknown>;
  readonly #first: WhyState;
  readonly #watches: Watch[] = [];
  readonly #roles = new Map<string, RoleRecord>();
  readonly #waits = new Map<string, WaitRecord>();
  readonly #present = new Set<string>();
  readonly #down = new Set<number>();

  /**
   * @param everyRole  True: all roles of the deployment are followed.
   * @param onChange  Called after every change; must return soon.
   * @param onError  Told what cannot be followed, or not be understood.
   */
  constructor(
    store: Store,
    first: WhyState,
    conditions: readonly Condition[],
    everyRole: boolean,
    onChange: () => void,
    onError: (error: HeddleError) => void,
  ) {
    this.#first = first;
    const keys = epochKeys(first.deployment, first.epoch);
    const synced: Promise<void>[] = [];
    const follow = (prefix: Key, put: (id: string, entry: Entry) => void, drop: (id: string) => void) => {
      const number = synced.length;
      let sync: () => void = () => undefined;
      synced.push(new Promise((resolve) => void (sync = resolve)));
      const watch = store.watch(prefix, {
        state: (entry) => {
          try {
            put(entry.key.join('/'), entry);
            onChange();
          } catch (error) {
            onError(toHeddleError(error));
          }
        },
        gone: (key) => {
          drop(key.join('/'));
          onChange();
        },
        synced: sync,
        status: (status) => void (status === 'down' ? this.#down.add(number) : this.#down.delete(number)),
        failed: onError,
      });
      this.#watches.push(watch);
    };
    const parts = conditions.flatMap((condition) => condition.parts);
    const roles = distinctRoles(parts);
    const isAll = everyRole || roles.length > mostSingleRoles;
    for (const prefix of isAll ? [keys.roles()] : roles.map(({ node, role }) => keys.role(node, role)))
      follow(
        prefix,
        (id, entry) => this.#roles.set(id, parse(entry)),
        (id) => this.#roles.delete(id),
      );
    for (const prefix of isAll ? [keys.waits()] : roles.map(({ node, role }) => keys.waitsOf(node, role)))
      follow(
        prefix,
        (id, entry) => this.#waits.set(id, parse(entry)),
        (id) => this.#waits.delete(id),
      );
    for (const name of outputsOf(conditions)) {
      // A seeded key without a value is absent.
      const put = (_id: string, entry: Entry) => {
        if (entry.value.byteLength > 0) this.#present.add(name);
      };
      follow(keys.value(...splitName(name)), put, () => this.#present.delete(name));
    }
    this.ready = Promise.all(synced);
  }

  get isStoreDown(): boolean {
    return this.#down.size > 0;
  }

  get state(): WhyState {
    return {
      ...this.#first,
      roles: [...this.#roles.values()],
      waits: [...this.#waits.values()],
      present: this.#present,
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#watches.map((watch) => watch.close()));
  }
}

/** The outputs that conditions are about, `NODE.OUTPUT`. */
export function outputsOf(conditions: readonly Condition[]): readonly string[] {
  const parts = conditions.flatMap((condition) => condition.parts);
  return [...new Set(parts.flatMap(({ node, output }) => (output === undefined ? [] : [`${node}.${output}`])))];
}

function distinctRoles(parts: readonly ConditionPart[]): readonly ConditionPart[] {
  return [...new Map(parts.map((part) => [`${part.node}.${part.role}`, part])).values()];
}
