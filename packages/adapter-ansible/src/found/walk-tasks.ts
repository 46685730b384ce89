import { basename, dirname, join, resolve } from 'node:path';
import { assignmentsOf, callOf, isVault, type ModuleCall } from './assignments.ts';
import type { Project } from './project.ts';
import { usesOf } from './uses.ts';
import type { YamlValue } from './yaml-file.ts';

/** Where tasks stand. */
export interface TaskScope {
  readonly hosts: string | undefined;
  /** True under `no_log`. */
  readonly isSecret: boolean;
  /** True under `delegate_to`, and under `delegate_facts`: with both variables are another host's. */
  readonly delegates: boolean;
  readonly delegatesFacts: boolean;
  /** The folder of the playbook. */
  readonly playbookFolder: string;
  /** The folder of the role that they belong to. */
  readonly roleFolder?: string;
  /** The folder of their file. */
  readonly folder: string;
}

/** Follows a role that a task includes. */
export type FollowRole = (name: string, from: string | undefined, scope: TaskScope, at: YamlValue) => Promise<void>;

export const yamlEnding = /\.ya?ml$/;

/** Reads tasks, and the files that they include, for what they set and what they read of other hosts. */
export class TaskWalker {
  readonly #project: Project;
  readonly #followRole: FollowRole;
  readonly #seen = new Set<string>();

  constructor(project: Project, followRole: FollowRole) {
    this.#project = project;
    this.#followRole = followRole;
  }

  /** Read a file of tasks, once for each kind of play that includes it. */
  async file(path: string, scope: TaskScope): Promise<void> {
    const key = JSON.stringify([path, scopeKey(scope), scope.playbookFolder]);
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    for (const document of (await this.#project.readYaml(path)) ?? []) {
      this.#project.scanYaml(document, scope.hosts);
      await this.list(document, { ...scope, folder: dirname(path) });
    }
  }

  /** Read the tasks of a list. */
  async list(tasks: YamlValue | undefined, scope: TaskScope): Promise<void> {
    for (const task of tasks?.items ?? []) await this.#task(task, scope);
  }

  async #task(task: YamlValue, outer: TaskScope): Promise<void> {
    const scope = within(task, outer);
    const isForOthers = scope.delegates && scope.delegatesFacts;
    this.#project.define(task.entries.get('vars'));
    for (const part of ['block', 'rescue', 'always']) await this.list(task.entries.get(part), scope);
    const { assignments, delegated, undecided } = assignmentsOf(task, { isSecret: scope.isSecret, isForOthers });
    this.#project.assignments.push(...assignments.map((finding) => ({ finding, hosts: scope.hosts })));
    // To each node that is the node itself.
    if (!/^(?:localhost|127\.0\.0\.1)$/.test(task.entries.get('delegate_to')?.text ?? ''))
      this.#project.delegated.push(...delegated.map((finding) => ({ finding, hosts: scope.hosts })));
    for (const { place, what } of undecided) this.#project.note(place, what);
    const result = task.entries.get('register')?.text;
    if (result !== undefined && callOf(task, 'command', 'shell') !== undefined) this.#project.commands.add(result);
    if (callOf(task, 'group_by', 'add_host') !== undefined) this.#project.makesGroups = true;
    const tasks = callOf(task, 'include_tasks', 'import_tasks', 'include');
    if (tasks !== undefined) await this.#includeTasks(tasks, task, scope);
    const role = callOf(task, 'include_role', 'import_role');
    if (role !== undefined) {
      const from = argument(role, 'tasks_from');
      await this.#followRole(argument(role, 'name', 'role') ?? '', from, applied(role, scope), role.value);
    }
    const variables = callOf(task, 'include_vars');
    if (variables !== undefined && isForOthers)
      this.#project.note(
        variables.value.place,
        'sets variables of other hosts (delegate_facts): others read them of an output "hostvars.*.NAME"',
      );
    else if (variables !== undefined) await this.#includeVars(variables, scope);
    const template = callOf(task, 'template', 'win_template');
    const source = template === undefined ? undefined : argument(template, 'src');
    if (source !== undefined)
      for (const path of await this.#find(source, 'templates', scope))
        await this.#project.scanTemplate(path, scope.hosts);
  }

  async #includeTasks(call: ModuleCall, task: YamlValue, scope: TaskScope): Promise<void> {
    const written = argument(call, 'file') ?? call.value.text?.replace(/\s+\w+=[^=].*$/s, '') ?? '';
    const paths = await this.#find(written, 'tasks', scope);
    if (paths.length === 0) this.#project.note(task.place, `includes tasks that were not found here: ${written}`);
    for (const path of paths) await this.file(path, applied(call, scope));
  }

  async #includeVars(call: ModuleCall, scope: TaskScope): Promise<void> {
    const place = call.value.place;
    const name = argument(call, 'name');
    const folder = argument(call, 'dir');
    const written = argument(call, 'file') ?? (folder === undefined ? (call.value.text ?? '') : '');
    const paths =
      folder === undefined
        ? await this.#find(written, 'vars', scope)
        : (
            await Promise.all((await this.#folders(folder, scope)).map((path) => this.#project.below(path, yamlEnding)))
          ).flat();
    if (paths.length === 0)
      this.#project.note(place, `includes variables that were not found here: ${folder ?? written}`);
    for (const path of paths) {
      const documents = await this.#project.readYaml(path);
      if (documents === undefined)
        this.#project.note(
          place,
          `includes variables that are encrypted or cannot be read: ${this.#project.files.name(path)}`,
        );
      for (const document of documents ?? []) {
        this.#project.scanYaml(document, scope.hosts);
        for (const [variable, value] of name === undefined ? document.entries : [[name, document] as const]) {
          const isSecret = scope.isSecret || isVault(value);
          const finding = { variable, isSecret, place: value.place, uses: usesOf(value) };
          this.#project.assignments.push({ finding, hosts: scope.hosts });
        }
      }
    }
  }

  /** The files that a name in a task may mean; for a computed one all that it fits. */
  async #find(written: string, kind: string, scope: TaskScope): Promise<readonly string[]> {
    if (written === '') return [];
    if (!/\{\{|\{%/.test(written)) {
      const found = await this.#project.files.first(
        (await this.#folders('', scope, kind)).flatMap((folder) => {
          const path = resolve(folder, written);
          return kind === 'templates' ? [path] : [path, `${path}.yml`, `${path}.yaml`];
        }),
      );
      return found === undefined ? [] : [found];
    }
    const pattern = written
      .replace(/\{\{\s*(?:role_path|playbook_dir)\s*\}\}\//g, '')
      .split(/\{\{.*?\}\}|\{%.*?%\}/)
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*');
    // A name that is nothing but a variable may be any file of its folder.
    const matcher = new RegExp(`(?:^|/)${pattern}(?:\\.ya?ml)?$`);
    for (const folder of await this.#folders('', scope, kind)) {
      const ending = kind === 'templates' ? undefined : yamlEnding;
      const paths = basename(folder) === kind || pattern.includes('/') ? await this.#project.below(folder, ending) : [];
      const fitting = paths.filter((path) => matcher.test(path));
      if (fitting.length > 0) return fitting;
    }
    return [];
  }

  /** The folders in which Ansible looks for a file of this kind, in its order. */
  async #folders(
    written: string,
    { roleFolder, playbookFolder, folder }: TaskScope,
    kind = 'vars',
  ): Promise<readonly string[]> {
    const roots = [...(roleFolder === undefined ? [] : [roleFolder]), folder, playbookFolder];
    const all = roots.flatMap((root) => [join(root, kind, written), join(root, written)]);
    return [...new Set(all)];
  }
}

/** What counts for the tasks in a block, a role or an include, and for a task itself. */
export function within(part: YamlValue, scope: TaskScope): TaskScope {
  return {
    ...scope,
    isSecret: scope.isSecret || hidesValues(part),
    delegates: scope.delegates || part.entries.has('delegate_to'),
    delegatesFacts: part.entries.get('delegate_facts')?.flag ?? scope.delegatesFacts,
  };
}

/** Tells apart under what the same tasks stand. */
export function scopeKey({ hosts, isSecret, delegates, delegatesFacts }: TaskScope): string {
  return JSON.stringify([hosts, isSecret, delegates, delegatesFacts]);
}

/** True for a part of a playbook under `no_log`; a condition may be true. */
export function hidesValues(part: YamlValue): boolean {
  const hides = part.entries.get('no_log');
  return hides !== undefined && hides.flag !== false;
}

function argument({ value, words }: ModuleCall, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const found = value.entries.get(name)?.text ?? words.get(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `apply` of an include counts for what it includes. */
function applied({ value }: ModuleCall, scope: TaskScope): TaskScope {
  const apply = value.entries.get('apply');
  return apply === undefined ? scope : within(apply, scope);
}
