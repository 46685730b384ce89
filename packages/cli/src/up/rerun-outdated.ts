import {
  type DeploymentState,
  type Epoch,
  groupSizes,
  HeddleError,
  isGroupRevision,
  outdatedRoles,
  type PlanNode,
  type RoleRef,
  readRevisions,
  requestRerun,
  type Store,
  supersededInputs,
  systemClock,
} from '@heddle/core';

/** How often a role is run again because what it read was replaced: two roles may change each other's values for ever. */
const mostReruns = 3;

/** Runs again what has read values that were replaced later, and counts how often. */
export class OutdatedRoles {
  readonly #store: Store;
  readonly #epoch: Epoch;
  readonly #nodes: () => readonly PlanNode[];
  readonly #note: (text: string) => void;
  readonly #counts = new Map<string, number>();

  /** @param nodes  The plan's nodes as they are now. */
  constructor(store: Store, epoch: Epoch, nodes: () => readonly PlanNode[], note: (text: string) => void) {
    this.#store = store;
    this.#epoch = epoch;
    this.#nodes = nodes;
    this.#note = note;
  }

  /**
   * Ask for the roles that are outdated now, each at most three times.
   *
   * @returns The nodes that were asked; none when nothing is to be done any more. Throws store errors.
   */
  async rerun(state: DeploymentState): Promise<readonly string[]> {
    const { revisions, outdated } = await this.#look(state);
    const again = outdated.filter((ref) => (this.#counts.get(nameOf(ref)) ?? 0) < mostReruns);
    if (again.length === 0) return [];
    for (const ref of again) {
      this.#counts.set(nameOf(ref), (this.#counts.get(nameOf(ref)) ?? 0) + 1);
      const record = state.roles.find(({ node, role }) => node === ref.node && role === ref.role);
      const superseded = record === undefined ? [] : supersededInputs(record, revisions);
      const names = superseded.filter((name) => !isGroupRevision(name));
      const why =
        names.length > 0
          ? `read ${names.slice(0, 5).join(', ')} before it was written again`
          : 'gathered from a group that has grown since';
      this.#note(`${ref.node} role ${ref.role} ${why}: it runs again`);
    }
    return (await requestRerun(this.#store, this.#epoch, again, 'heddle up', systemClock)).nodes;
  }

  /** The error of a deployment that ends with outdated roles; undefined when there are none. Throws store errors. */
  async left(state: DeploymentState): Promise<HeddleError | undefined> {
    const { outdated } = await this.#look(state);
    if (outdated.length === 0) return undefined;
    const names = outdated.map(({ node, role }) => `${node} role ${role}`);
    return new HeddleError(
      'outdated',
      `${names.slice(0, 5).join(', ')} read values that were replaced later, also in the last of ${mostReruns} runs more`,
      {
        next: [
          'look for roles that write another value in every run and read from each other',
          'heddle up --resume  runs them again',
        ],
      },
    );
  }

  async #look(state: DeploymentState) {
    const nodes = this.#nodes();
    const revisions = await readRevisions(this.#store, this.#epoch, state.roles, groupSizes(nodes));
    return { revisions, outdated: outdatedRoles({ nodes, records: state.roles, revisions }) };
  }
}

function nameOf({ node, role }: RoleRef): string {
  return `${node}.${role}`;
}
