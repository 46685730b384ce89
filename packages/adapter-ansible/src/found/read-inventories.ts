import { dirname, join, relative } from 'node:path';
import type { FindContext } from '@heddle/agent';
import type { KnownHosts } from './host-pattern.ts';
import { type InventoryGroups, readGroups } from './inventory-groups.ts';
import { inventoryVariables } from './inventory-variables.ts';
import type { Project } from './project.ts';

/** Reads the inventories of a run, besides the one that Heddle makes of the deployment. */
export class InventoryReader {
  readonly #project: Project;
  readonly #groups: Map<string, Set<string>>;
  /** Undefined for a group that several inventories have: Ansible reads ours last. */
  readonly #firsts = new Map<string, string | undefined>();
  #isComplete = true;

  constructor(project: Project, peers: FindContext['peers']) {
    this.#project = project;
    this.#groups = new Map(peers.map(({ name, members }) => [name, new Set(members)]));
    this.#groups.set('heddle_nodes', new Set(peers.flatMap(({ members }) => members)));
    // A single node is no group, and every inventory has hosts in `all`.
    for (const { name, members } of peers) if (members[0] !== name) this.#firsts.set(name, members[0]);
    this.#firsts.set('all', undefined);
  }

  /** What the inventories read so far say. */
  get known(): Omit<KnownHosts, 'makesGroups'> {
    const firsts = [...this.#firsts].flatMap(([group, host]) => (host === undefined ? [] : [[group, host] as const]));
    return { groups: this.#groups, firsts: new Map(firsts), isComplete: this.#isComplete };
  }

  /**
   * Read an inventory, a file or a folder of files.
   *
   * @returns The folders of its variables.
   */
  async read(path: string): Promise<readonly string[]> {
    const isFolder = await this.#project.files.isFolder(path);
    for (const file of isFolder ? await this.#filesIn(path) : [path]) await this.#file(file);
    return ['group_vars', 'host_vars'].map((kind) => join(isFolder ? path : dirname(path), kind));
  }

  async #file(path: string): Promise<void> {
    const text = await this.#project.files.read(path);
    const file = this.#project.files.name(path);
    const read = typeof text === 'string' ? readGroups(text, path) : undefined;
    if (typeof text !== 'string' || read === undefined) {
      const why = text === undefined ? 'was not found here' : 'only Ansible can read';
      this.#project.note({ file, line: 1 }, `is an inventory that ${why}: a play may be for any node`);
      this.#isComplete = false;
      return;
    }
    this.#add(read);
    for (const variables of inventoryVariables(text, file)) this.#project.addVariables(variables);
  }

  #add({ groups, firsts }: InventoryGroups): void {
    for (const [group, hosts] of groups) {
      this.#groups.set(group, new Set([...(this.#groups.get(group) ?? []), ...hosts]));
      this.#firsts.set(group, this.#firsts.has(group) ? undefined : firsts.get(group));
    }
  }

  /** The inventories in a folder; Ansible passes over files of these endings. */
  async #filesIn(folder: string): Promise<readonly string[]> {
    return (await this.#project.below(folder)).filter(
      (path) =>
        !/(?:~|\.(?:pyc|pyo|swp|bak|rpm|md|txt|rst|orig|cfg|retry))$/.test(path) &&
        !/(?:^|\/)(?:\.|(?:group|host)_vars\/)/.test(relative(folder, path)),
    );
  }
}
