import { type Assignment, isVault } from './assignments.ts';
import type { ProjectFiles } from './files.ts';
import { looseNames, mentionsIn } from './mentions.ts';
import { type Uses, usesOf } from './uses.ts';
import { type Place, readYaml, textsIn, type YamlValue } from './yaml-file.ts';

/** A finding in a play, with the `hosts` of that play; undefined is any host. */
export interface InPlay<Finding> {
  readonly finding: Finding;
  readonly hosts: string | undefined;
}

/** A variable of another host that a file reads. */
export interface Mention {
  readonly variable: string;
  readonly place: Place;
  /** True: by its very name, `hostvars[x].name`. */
  readonly isNamed?: true;
}

/** A variable that no task sets. */
export type Definition = Pick<Assignment, 'variable' | 'isSecret'> & { readonly uses: Uses };

/** All that the files of a playbook say about variables that cross hosts. */
export class Project {
  readonly assignments: InPlay<Assignment>[] = [];
  readonly mentions: InPlay<Mention>[] = [];
  /** What tasks set for other hosts (`delegate_facts`). */
  readonly delegated: InPlay<Assignment>[] = [];
  /** What could not be read or decided, one line each. */
  readonly notes = new Set<string>();
  /** Variables of groups and hosts, and the names that they are made of. */
  readonly aliases = new Map<string, Set<string>>();
  /** Variables that no task sets, of plays, roles, groups and hosts: what they are made of. */
  readonly definitions: Definition[] = [];
  /** Where a play reads when something ran on another host. */
  readonly times: Mention[] = [];
  /** Variables with the result of a command. */
  readonly commands = new Set<string>();
  /** The `hosts` of each play. */
  readonly plays: { readonly pattern: string; readonly place: Place }[] = [];
  /** True when a task makes groups, or puts hosts into them. */
  makesGroups = false;
  #hasEncrypted = false;
  readonly files: ProjectFiles;

  constructor(files: ProjectFiles) {
    this.files = files;
  }

  note(place: Place, what: string): void {
    this.notes.add(`${place.file}:${place.line}: ${what}`);
  }

  /** Read a YAML file: its documents, undefined when there is nothing to read. */
  async readYaml(path: string): Promise<readonly YamlValue[] | undefined> {
    const text = await this.#readText(path);
    if (text === undefined) return undefined;
    if (text.startsWith('$ANSIBLE_VAULT')) {
      this.#hasEncrypted = true;
      const what = 'is encrypted: what is made of variables that no readable file defines counts as secret';
      this.note({ file: this.files.name(path), line: 1 }, what);
      return undefined;
    }
    const { documents, faults } = readYaml(text, this.files.name(path));
    const [fault] = faults;
    if (fault !== undefined) this.note(fault.place, `is no YAML that can be read without Ansible: ${fault.message}`);
    return documents;
  }

  /** Look for reads of other hosts in a play, or in another YAML file as a whole: what it takes at one place it may use at any other. */
  scanYaml(value: YamlValue, hosts: string | undefined): void {
    const texts = textsIn(value);
    const wholes = texts.flatMap(({ text = '', place }) =>
      this.#scan(text, () => place, hosts) === undefined ? [] : [place],
    );
    const [place] = wholes;
    if (place !== undefined) this.#mention(new Set(texts.flatMap(({ text = '' }) => looseNames(text))), place, hosts);
  }

  /** Look for reads of other hosts in a template. */
  async scanTemplate(path: string, hosts: string | undefined): Promise<void> {
    const text = await this.#readText(path);
    if (text === undefined || text.includes('\0')) return;
    const file = this.files.name(path);
    const placeOf = (offset: number): Place => ({ file, line: text.slice(0, offset).split('\n').length });
    const whole = this.#scan(text, placeOf, hosts);
    if (whole !== undefined) this.#mention(new Set(looseNames(text)), placeOf(whole), hosts);
  }

  /** True when a file is encrypted, which may define any variable. */
  get hasEncrypted(): boolean {
    return this.#hasEncrypted;
  }

  /** Take in variables of a group or host, and remember what they are made of: who reads such a variable reads these. */
  addVariables(variables: YamlValue): void {
    this.scanYaml(variables, undefined);
    this.define(variables);
    for (const [variable, value] of variables.entries) {
      const names = this.aliases.get(variable) ?? new Set();
      for (const name of usesOf(value).names) names.add(name);
      this.aliases.set(variable, names);
    }
  }

  /** Remember variables that no task sets, to know which of them are secret. */
  define(variables: YamlValue | undefined): void {
    // Vars of a play are written as a list of maps too.
    for (const item of variables?.items ?? []) this.define(item);
    for (const [variable, value] of variables?.entries ?? [])
      this.definitions.push({ variable, isSecret: isVault(value), uses: usesOf(value) });
  }

  /** All files below a folder; a folder that may not be read is a note. */
  async below(folder: string, ending?: RegExp): Promise<readonly string[]> {
    try {
      return await this.files.below(folder, ending);
    } catch (error) {
      this.note({ file: this.files.name(folder), line: 1 }, `cannot be read: ${(error as Error).message}`);
      return [];
    }
  }

  #mention(names: ReadonlySet<string>, place: Place, hosts: string | undefined): void {
    for (const variable of names) this.mentions.push({ finding: { variable, place }, hosts });
  }

  /** @returns The offset where it takes all variables of a host at once. */
  #scan(text: string, placeOf: (offset: number) => Place, hosts: string | undefined): number | undefined {
    if (!text.includes('hostvars')) return undefined;
    const { names, computed, times, whole } = mentionsIn(text);
    for (const [variable, offset] of times) this.times.push({ variable, place: placeOf(offset) });
    for (const [variable, offset] of names)
      this.mentions.push({ finding: { variable, place: placeOf(offset), isNamed: true }, hosts });
    for (const offset of computed)
      this.note(placeOf(offset), 'reads a variable of another host by a name that only the run knows');
    return whole;
  }

  async #readText(path: string): Promise<string | undefined> {
    const text = await this.files.read(path);
    if (text === undefined || typeof text === 'string') return text;
    this.note({ file: this.files.name(path), line: 1 }, `cannot be read: ${text.why}`);
    return undefined;
  }
}
