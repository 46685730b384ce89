import { posix } from 'node:path';
import { isHeddleError } from '@heddle/core';
import { groupTypes, nestedFiles } from '../model/nested.ts';
import type { Template, TemplateResource } from '../model/template.ts';
import { type Data, entryOf, isDataMap } from '../read/data.ts';
import { type DocumentPath, readTemplateSource } from '../read/source.ts';

/** Gives the text of a file by its path from the template's folder; undefined when there is no such file. */
export type ReadFile = (path: string) => string | undefined;

/** Report roles in the templates that a template is made of: nobody would run them. */
export function checkNested(template: Template, readFile: ReadFile): void {
  const search = new Search(template.rolesKey, readFile);
  for (const resource of template.resources.values()) {
    for (const { file, at } of filesOf(resource)) {
      const found = search.in(file);
      if (found === undefined) continue;
      template.source.report(at, found.code, found.text);
    }
  }
}

interface Finding {
  readonly code: 'E_NESTED' | 'E_REF';
  readonly text: string;
}

class Search {
  readonly #rolesKey: string;
  readonly #readFile: ReadFile;
  /** Also of files that are being looked at: a template that contains itself is Heat's to refuse. */
  readonly #known = new Map<string, Finding | undefined>();

  constructor(rolesKey: string, readFile: ReadFile) {
    this.#rolesKey = rolesKey;
    this.#readFile = readFile;
  }

  in(file: string): Finding | undefined {
    if (this.#known.has(file)) return this.#known.get(file);
    this.#known.set(file, undefined);
    const found = this.#look(file);
    this.#known.set(file, found);
    return found;
  }

  #look(file: string): Finding | undefined {
    const text = this.#readFile(file);
    if (text === undefined) return { code: 'E_REF', text: `there is no file "${file}"` };
    try {
      return this.#lookInto(text, file);
    } catch (thrown) {
      if (!isHeddleError(thrown) || thrown.code !== 'plan-invalid') throw thrown;
      return { code: 'E_NESTED', text: thrown.notes[0] ?? thrown.message };
    }
  }

  #lookInto(text: string, file: string): Finding | undefined {
    const source = readTemplateSource(text, file);
    for (const section of ['resources', 'Resources']) {
      const resources = source.data[section];
      for (const [name, data] of isDataMap(resources) ? Object.entries(resources) : []) {
        const path = this.#rolesOf(data);
        if (path !== undefined) {
          const { line } = source.locate([section, name, ...path]);
          const where = `"${name}" has roles at ${file}:${line}`;
          const next = 'write the server in this template, or choose another key for data of your own with --roles-key';
          return { code: 'E_NESTED', text: `${where}, and roles in a nested template are not supported: ${next}` };
        }
        for (const nested of nestedFiles(data)) {
          const found = this.in(besides(file, nested.file));
          if (found !== undefined) return found;
        }
      }
    }
    return undefined;
  }

  /** Where a resource of either format has roles, if it has. */
  #rolesOf(data: Data): DocumentPath | undefined {
    const [type, metadata, properties] = isDataMap(data) && 'Type' in data ? cfnKeys : hotKeys;
    const has = (member: Data | undefined, key: string) => entryOf(entryOf(member, key), this.#rolesKey) !== undefined;
    const written = entryOf(data, type);
    if (written === 'OS::Nova::Server' || written === 'AWS::EC2::Instance') {
      return has(data, metadata) ? [metadata, this.#rolesKey] : undefined;
    }
    const key = groupTypes[typeof written === 'string' ? written : ''];
    if (key === undefined || !has(entryOf(entryOf(data, properties), key), 'metadata')) return undefined;
    return [properties, key, 'metadata', this.#rolesKey];
  }
}

const hotKeys = ['type', 'metadata', 'properties'] as const;
const cfnKeys = ['Type', 'Metadata', 'Properties'] as const;

function filesOf({ data, at }: TemplateResource) {
  return nestedFiles(data).map(({ file, path }) => ({ file: posix.normalize(file), at: [...at, ...path] }));
}

/** The path of a file that another one names: from the folder of that one. */
function besides(file: string, named: string): string {
  return posix.isAbsolute(named) ? named : posix.join(posix.dirname(file), named);
}
