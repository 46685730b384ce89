import { dirname, join, resolve } from 'node:path';
import { callOf } from './assignments.ts';
import type { Project } from './project.ts';
import { usesOf } from './uses.ts';
import { hidesValues, scopeKey, type TaskScope, TaskWalker, within, yamlEnding } from './walk-tasks.ts';
import { type Place, textsIn, type YamlValue } from './yaml-file.ts';

/** Reads a playbook with the playbooks, roles and tasks that it includes. */
export class PlaybookWalker {
  readonly #project: Project;
  readonly #rolesPath: readonly string[];
  readonly #hidesAll: boolean;
  readonly #tasks: TaskWalker;
  readonly #playbooks = new Set<string>();
  readonly #roles = new Set<string>();

  /**
   * @param rolesPath  Folders with roles besides those beside the playbook, absolute.
   * @param hidesAll  True when the configuration puts every task under `no_log`.
   */
  constructor(project: Project, rolesPath: readonly string[], hidesAll: boolean) {
    this.#project = project;
    this.#hidesAll = hidesAll;
    this.#rolesPath = rolesPath;
    this.#tasks = new TaskWalker(project, (name, from, scope, at) => this.#role(name, from, scope, at));
  }

  /** Read a playbook, once. */
  async playbook(path: string): Promise<void> {
    if (this.#playbooks.has(path)) return;
    this.#playbooks.add(path);
    const folder = dirname(path);
    const documents = await this.#project.readYaml(path);
    if (documents === undefined) this.#unknownPlay({ file: this.#project.files.name(path), line: 1 });
    for (const document of documents ?? []) for (const play of document.items) await this.#play(play, folder);
    for (const kind of ['group_vars', 'host_vars']) await this.variables(join(folder, kind));
  }

  /** Read the variables of groups or hosts below a folder. */
  async variables(folder: string): Promise<void> {
    for (const path of await this.#project.below(folder))
      for (const document of (await this.#project.readYaml(path)) ?? []) this.#project.addVariables(document);
  }

  async #play(play: YamlValue, folder: string): Promise<void> {
    const imported = callOf(play, 'import_playbook', 'include');
    if (imported !== undefined) {
      const written = imported.value.text ?? imported.value.entries.get('file')?.text ?? '';
      const path = await this.#project.files.first([resolve(folder, written)]);
      if (path !== undefined) return this.playbook(path);
      this.#project.note(play.place, `imports a playbook that was not found here: ${written}`);
      return this.#unknownPlay(play.place);
    }
    const hosts = hostsOf(play.entries.get('hosts'));
    this.#project.plays.push({ pattern: hosts ?? '', place: play.place });
    this.#project.scanYaml(play, hosts);
    this.#project.define(play.entries.get('vars'));
    for (const asked of play.entries.get('vars_prompt')?.items ?? []) {
      const variable = asked.entries.get('name')?.text ?? '';
      this.#project.definitions.push({ variable, isSecret: false, uses: usesOf(asked) });
    }
    const isSecret = this.#hidesAll || hidesValues(play);
    const folders = { playbookFolder: folder, folder };
    const scope: TaskScope = { hosts, isSecret, delegates: false, delegatesFacts: false, ...folders };
    for (const section of ['pre_tasks', 'tasks', 'post_tasks', 'handlers'])
      await this.#tasks.list(play.entries.get(section), scope);
    for (const role of play.entries.get('roles')?.items ?? []) await this.#listedRole(role, scope);
    // A list in the list: the first one that is there.
    for (const file of (play.entries.get('vars_files')?.items ?? []).flatMap(textsIn))
      await this.#variablesFile(resolve(folder, file.text ?? ''), hosts, file);
    for (const path of await this.#project.below(join(folder, 'templates')))
      await this.#project.scanTemplate(path, hosts);
  }

  /** A play that cannot be read may be for any node. */
  #unknownPlay(place: Place): void {
    this.#project.plays.push({ pattern: '', place });
  }

  /** Read variables that stay with a play or role. */
  async #variablesFile(path: string, hosts: string | undefined, written?: YamlValue): Promise<void> {
    if (written !== undefined && (await this.#project.files.first([path])) === undefined)
      this.#project.note(written.place, `takes variables from a file that was not found here: ${written.text ?? ''}`);
    for (const document of (await this.#project.readYaml(path)) ?? []) {
      this.#project.scanYaml(document, hosts);
      this.#project.define(document);
    }
  }

  async #listedRole(role: YamlValue, scope: TaskScope): Promise<void> {
    // Parameters of a role stand beside its keywords.
    this.#project.define(role);
    this.#project.define(role.entries.get('vars'));
    const name = role.text ?? role.entries.get('role')?.text ?? role.entries.get('name')?.text ?? '';
    const from = role.entries.get('tasks_from')?.text;
    await this.#role(name, from, within(role, scope), role);
  }

  async #role(name: string, from: string | undefined, scope: TaskScope, at: YamlValue): Promise<void> {
    const folders = await this.#roleFolders(name, scope);
    if (folders.length === 0) this.#project.note(at.place, `uses a role that was not found here: ${name}`);
    for (const roleFolder of folders) {
      const key = JSON.stringify([roleFolder, from, scopeKey(scope)]);
      if (this.#roles.has(key)) continue;
      this.#roles.add(key);
      await this.#roleFiles({ ...scope, roleFolder, folder: join(roleFolder, 'tasks') }, from);
    }
  }

  async #roleFiles(scope: TaskScope & { readonly roleFolder: string }, from = 'main'): Promise<void> {
    const { roleFolder, hosts } = scope;
    const isComputed = from.includes('{{');
    for (const [kind, name] of [
      ['tasks', from],
      ['handlers', 'main'],
    ] as const) {
      const folder = join(roleFolder, kind);
      const first = await this.#project.files.first(
        ['', '.yml', '.yaml'].map((ending) => join(folder, `${name}${ending}`)),
      );
      const paths =
        isComputed && kind === 'tasks'
          ? await this.#project.below(folder, yamlEnding)
          : first === undefined
            ? []
            : [first];
      for (const path of paths) await this.#tasks.file(path, scope);
    }
    for (const kind of ['defaults', 'vars'])
      for (const path of await this.#project.below(join(roleFolder, kind), yamlEnding))
        await this.#variablesFile(path, hosts);
    for (const path of await this.#project.below(join(roleFolder, 'templates')))
      await this.#project.scanTemplate(path, hosts);
    const meta = await this.#project.files.first(
      ['main.yml', 'main.yaml'].map((name) => join(roleFolder, 'meta', name)),
    );
    for (const document of meta === undefined ? [] : ((await this.#project.readYaml(meta)) ?? []))
      for (const role of document.entries.get('dependencies')?.items ?? []) await this.#listedRole(role, scope);
  }

  /** Where a role is; for a computed name none. Role folders beside the playbook come first, as in Ansible. */
  async #roleFolders(name: string, { playbookFolder, roleFolder }: TaskScope): Promise<readonly string[]> {
    if (name === '' || name.includes('{{')) return [];
    const places = [
      join(playbookFolder, 'roles'),
      ...this.#rolesPath,
      ...(roleFolder === undefined ? [] : [dirname(roleFolder)]),
      playbookFolder,
    ];
    for (const place of places) {
      const folder = resolve(place, name);
      const files = await this.#project.below(folder, yamlEnding);
      if (files.length > 0) return [folder];
    }
    return [];
  }
}

function hostsOf(hosts: YamlValue | undefined): string | undefined {
  return hosts?.text ?? (hosts === undefined ? undefined : hosts.items.map(({ text }) => text ?? '').join(','));
}
