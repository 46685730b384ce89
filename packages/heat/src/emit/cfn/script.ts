import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { Carriage } from '../../model/cfn-carriage.ts';
import { type Data, type DataMap, isDataList, isDataMap, writeData } from '../../read/data.ts';
import type { MachineConfig } from './machine.ts';

/** Where the texts lie that the files of a machine refer to. */
const textsDirectory = '/etc/heddle/texts';
const ownScript = '/etc/heddle/user-data';

export interface ScriptParts {
  readonly config: MachineConfig;
  /** Tells how a value that Heat resolves is carried; undefined for what is none. */
  readonly carriageOf: (data: DataMap) => Carriage | undefined;
  /** User data of the user's own: a script, run before everything else. */
  readonly own: Data | undefined;
}

/** User data with functions of Heat in it, and the bytes that it has at least: what the functions give is not known here. */
export interface ScriptText {
  readonly data: Data;
  readonly leastBytes: number;
}

/**
 * Write user data for CloudFormation: a shell script that writes the files of a machine and starts it.
 *
 * There, no function of Heat escapes anything. So each value goes as it is into a file of its own, between two lines that occur in no value, and the
 * JSON that needs it names the file.
 */
export function startScript({ config, carriageOf, own }: ScriptParts): ScriptText {
  const script = new Script(digest(writeData(asData(config))), carriageOf);
  if (own !== undefined) script.writeFile(ownScript, '0700', [own]);
  for (const { path, permissions, content } of config.files) script.write(path, permissions, content);
  const run = own === undefined ? [] : [`${ownScript} || echo "the template's own user data ended with $?" >&2`];
  return script.end([...run, ...config.commands.map((words) => words.map(quoted).join(' '))]);
}

class Script {
  readonly #end: string;
  readonly #carriageOf: ScriptParts['carriageOf'];
  readonly #parts: Data[] = [];
  readonly #written = new Set<string>();

  constructor(mark: string, carriageOf: ScriptParts['carriageOf']) {
    this.#end = `heddle-${mark}`;
    this.#carriageOf = carriageOf;
  }

  /** Write a file of the machine; the functions in its content are still those of HOT. */
  write(path: string, permissions: string, content: Data): void {
    const joined = isDataMap(content) && isDataList(content.list_join) ? content.list_join[1] : [content];
    const parts = isDataList(joined) ? joined : [];
    this.writeFile(
      path,
      permissions,
      parts.map((part) => (isDataMap(part) ? (ownReference(part) ?? this.#json(part)) : part)),
    );
  }

  /** Write a file of parts that are texts for Heat. */
  writeFile(path: string, permissions: string, parts: readonly Data[]): void {
    if (this.#written.has(path)) return;
    this.#written.add(path);
    const last = parts.at(-1);
    // The line that ends the text begins on a new line: that is the file's last one.
    const body = typeof last === 'string' && last.endsWith('\n') ? [...parts.slice(0, -1), last.slice(0, -1)] : parts;
    const where = quoted(path);
    this.#parts.push(`cat >${where} <<'${this.#end}'\n`, ...body, `\n${this.#end}\nchmod ${permissions} ${where}\n`);
  }

  end(commands: readonly string[]): ScriptText {
    const folders = [...new Set([...this.#written].map((path) => quoted(posix.dirname(path))))];
    const head = `#!/bin/sh
# Writes what Heddle needs on this machine, and starts it.
set -eu
mkdir -p ${folders.join(' ')}
mask=$(umask)
umask 077
`;
    const start = `umask "$mask"\n${commands.join('\n')}\n`;
    const parts = merged([head, ...this.#parts, start]);
    const texts = parts.map((part) => (typeof part === 'string' ? part : ''));
    return { data: { 'Fn::Join': ['', parts] }, leastBytes: Buffer.byteLength(texts.join('')) };
  }

  /** JSON text in which values of Heat are replaced by the names of the files that hold them. */
  #json(data: DataMap): string {
    return writeData({ ...(this.#named(data) as DataMap), texts: true });
  }

  #named(data: Data): Data {
    if (isDataList(data)) return data.map((item) => this.#named(item));
    if (!isDataMap(data)) return data;
    const reference = ownReference(data);
    const carriage = reference === undefined ? this.#carriageOf(data) : 'text';
    if (carriage === undefined) {
      return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, this.#named(value)]));
    }
    const name = digest(writeData(data));
    const separator = `\n${this.#end}-item\n`;
    this.writeFile(`${textsDirectory}/${name}`, '0600', [textOf(reference ?? data, carriage, separator)]);
    return { [`$${carriage}`]: name, ...(carriage === 'list' ? { separator } : {}) };
  }
}

/** A parameter or resource that Heddle adds, as CloudFormation refers to it. */
function ownReference(data: DataMap): DataMap | undefined {
  const { get_param: parameter, get_resource: resource = parameter, ...rest } = data;
  if (isDataList(rest['get_attr'])) return { 'Fn::GetAtt': rest['get_attr'] };
  if (Object.keys(rest).length > 0) return undefined;
  if (typeof resource === 'string') return { Ref: resource };
  if (!isDataList(resource)) return undefined;
  const [name = '', ...keys] = resource;
  return keys.reduce<DataMap>((from, key) => ({ 'Fn::Select': [key, from] }), { Ref: name });
}

/** What makes a text of a value: `Fn::Replace` is the one function that takes numbers for texts. */
function textOf(data: Data, carriage: Carriage, separator: string): Data {
  if (carriage === 'list') return { 'Fn::Join': [separator, data] };
  return { 'Fn::Replace': [{ '@': data }, '@'] };
}

/** Texts that stand beside each other as one. */
function merged(parts: readonly Data[]): readonly Data[] {
  const result: Data[] = [];
  for (const part of parts) {
    const last = result.at(-1);
    if (typeof part === 'string' && typeof last === 'string') result[result.length - 1] = last + part;
    else result.push(part);
  }
  return result;
}

function asData({ files, commands }: MachineConfig): DataMap {
  return { files: files.map((one): DataMap => ({ ...one })), commands };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** A word of the shell. */
function quoted(word: string): string {
  return /^[\w/.:=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
