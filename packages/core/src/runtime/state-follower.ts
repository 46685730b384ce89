import { type HeddleError, toHeddleError } from '../errors/heddle-error.ts';
import type { PlanSlice } from '../plan/plan.ts';
import type { AbortRecord } from '../records/abort-record.ts';
import type { RoleRecord } from '../records/role-record.ts';
import type { WaitRecord } from '../records/wait-record.ts';
import { epochKeys } from '../store/keys.ts';
import type { Entry, Key, Store, Watch } from '../store/store.ts';
import type { DeploymentState } from '../views/status.ts';
import { currentEpoch, missingEpochError, parse } from './epoch.ts';
import { getAllowed } from './get-allowed.ts';
import { parseScale } from './scale/read-scale.ts';

/** Read the state of a deployment once; the epoch may be closed. Throws not-found and store errors. */
export async function readState(store: Store, deployment: string, epoch?: string): Promise<DeploymentState> {
  const keys = epochKeys(deployment, epoch ?? (await currentEpoch(store, deployment)));
  const [open, abort, scale, plans, roles, waits, members] = await Promise.all([
    store.get(keys.open()),
    store.get(keys.abort()),
    // An epoch of an older Heddle has no right to it, and no group of it has grown.
    getAllowed(store, keys.scale()),
    store.list(keys.plans()),
    store.list(keys.roles()),
    store.list(keys.waits()),
    store.list(keys.members()),
  ]);
  if (open === undefined) throw await missingEpochError(store, deployment, keys.epoch);
  return {
    deployment,
    epoch: keys.epoch,
    isOpen: parse<{ state: string }>(open).state !== 'closed',
    ...shownAbort(abort),
    ...shownPlan(scale, plans),
    roles: roles.map((entry) => parse<RoleRecord>(entry)),
    waits: waits.map((entry) => parse<WaitRecord>(entry)),
    members: members.map((entry) => entry.key.at(-1) as string),
  };
}

function shownPlan(scaleEntry: Entry | undefined, plans: readonly Entry[]): Pick<DeploymentState, 'scale' | 'nodes'> {
  const scale = parseScale(scaleEntry);
  const nodes = plans.map((entry) => parse<PlanSlice>(entry).node).sort(byPlace);
  return { ...(scale === undefined ? {} : { scale }), nodes };
}

function shownAbort(entry: Entry | undefined): { readonly abort?: AbortRecord } {
  const abort = entry === undefined ? undefined : parse<AbortRecord>(entry);
  return abort === undefined || abort.isClosed === true ? {} : { abort };
}

/** Order nodes for people: single nodes and groups by name, members of a group by index. */
export function byPlace(a: PlanSlice['node'], b: PlanSlice['node']): number {
  return (a.group ?? a.name).localeCompare(b.group ?? b.name) || a.index - b.index;
}

/** Follows role records, waits and members of one epoch. For the one process that shows a deployment; agents never do this. */
export class StateFollower {
  /** Resolves when all that existed at the start has been told. */
  readonly ready: Promise<unknown>;
  readonly #watches: Watch[] = [];
  readonly #roles = new Map<string, RoleRecord>();
  readonly #waits = new Map<string, WaitRecord>();
  readonly #members = new Set<string>();
  readonly #down = new Set<object>();
  #base: Omit<DeploymentState, 'abort' | 'roles' | 'waits' | 'members'>;
  #isClosed = false;
  #abort: { readonly abort?: AbortRecord };

  /**
   * @param onChange  Called after every change; must return soon.
   * @param onError   Told what cannot be followed, or not be understood.
   */
  constructor(store: Store, state: DeploymentState, onChange: () => void, onError: (error: HeddleError) => void) {
    const { abort, ...base } = state;
    this.#base = base;
    this.#abort = abort === undefined ? {} : { abort };
    const keys = epochKeys(state.deployment, state.epoch);
    const synced: Promise<void>[] = [];
    const follow = (
      prefix: Key,
      put: (id: string, entry: Entry) => void,
      drop: (id: string) => void,
      failed: (error: HeddleError, synced: () => void) => void = onError,
    ) => {
      const watch = {};
      synced.push(
        new Promise((resolve) => {
          this.#watches.push(
            store.watch(prefix, {
              state: (entry) => {
                try {
                  put(entry.key.join('/'), entry);
                } catch (error) {
                  onError(toHeddleError(error));
                }
                onChange();
              },
              gone: (key) => {
                drop(key.join('/'));
                onChange();
              },
              synced: resolve,
              status: (status) => {
                if (status === 'down') this.#down.add(watch);
                else this.#down.delete(watch);
                onChange();
              },
              failed: (error) => failed(error, resolve),
            }),
          );
        }),
      );
    };
    follow(
      keys.abort(),
      (_id, entry) => {
        this.#abort = shownAbort(entry);
      },
      () => {
        this.#abort = {};
      },
    );
    let reading: Promise<void> = Promise.resolve();
    const readPlan = async (entry: Entry): Promise<void> => {
      const plans = await store.list(keys.plans());
      this.#base = { ...this.#base, ...shownPlan(entry, plans) };
      onChange();
    };
    follow(
      keys.scale(),
      (_id, entry) => {
        if (parseScale(entry)?.at === this.#base.scale?.at && parseScale(entry)?.isReady === this.#base.scale?.isReady)
          return;
        // What a follower that is closed meanwhile cannot read, nobody asks for any more.
        reading = reading
          .then(() => readPlan(entry))
          .catch((thrown: unknown) => (this.#isClosed ? undefined : onError(toHeddleError(thrown))));
      },
      () => undefined,
      (error, ready) => (error.code === 'denied' ? ready() : onError(error)),
    );
    follow(
      keys.roles(),
      (id, entry) => this.#roles.set(id, parse(entry)),
      (id) => this.#roles.delete(id),
    );
    follow(
      keys.waits(),
      (id, entry) => this.#waits.set(id, parse(entry)),
      (id) => this.#waits.delete(id),
    );
    follow(
      keys.members(),
      (_id, entry) => this.#members.add(entry.key.at(-1) as string),
      (id) => this.#members.delete(id.split('/').at(-1) as string),
    );
    this.ready = Promise.all(synced);
  }

  /** True while the store does not answer. */
  get isStoreDown(): boolean {
    return this.#down.size > 0;
  }

  get state(): DeploymentState {
    return {
      ...this.#base,
      ...this.#abort,
      roles: [...this.#roles.values()],
      waits: [...this.#waits.values()],
      members: [...this.#members],
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#watches.map((watch) => watch.close()));
  }
}
