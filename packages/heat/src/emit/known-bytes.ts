import type { ReadFile } from '../classify/check-nested.ts';
import { type Data, entryOf, isDataList, isDataMap, toJson } from '../read/data.ts';
import { inAscii, knownCall } from './known-text.ts';

/** Count the bytes of what `knownText` writes, without writing it: of each machine's user data only the size is asked for. */
export function knownBytes(data: Data, readFile: ReadFile | undefined): number {
  return new Counter(readFile).text(data, 0);
}

/** In all of it `depth` is the number of JSON texts, one in the other, around what is counted: each escapes all that is in it. */
class Counter {
  readonly #readFile: ReadFile | undefined;

  constructor(readFile: ReadFile | undefined) {
    this.#readFile = readFile;
  }

  text(data: Data, depth: number): number {
    if (data === null) return 0;
    if (typeof data === 'string') return escaped(data, depth);
    return this.#call(data, depth) ?? this.#json(data, depth);
  }

  #call(data: Data, depth: number): number | undefined {
    if (!isDataMap(data)) return undefined;
    const joined = entryOf(data, 'list_join');
    if (!isDataList(joined) || Object.keys(data).length > 1) {
      const text = knownCall(data, this.#readFile);
      return text === undefined ? undefined : escaped(text, depth);
    }
    const [delimiter, ...lists] = joined;
    const items = lists.flatMap((list) => (isDataList(list) ? list : []));
    const between = typeof delimiter === 'string' ? escaped(delimiter, depth) : 0;
    let sum = between * Math.max(0, items.length - 1);
    for (const item of items) sum += this.text(item, depth);
    return sum;
  }

  #json(data: Data, depth: number): number {
    if (typeof data === 'string') return quoted(escaped(data, depth + 1), depth);
    const call = this.#call(data, depth + 1);
    if (call !== undefined) return quoted(call, depth);
    if (typeof data !== 'object' || data === null || !(isDataList(data) || isDataMap(data)))
      return JSON.stringify(toJson(data)).length;
    const values: readonly Data[] = Object.values(data);
    // Brackets, and commas between the values.
    let sum = 2 + Math.max(0, values.length - 1);
    for (const value of values) sum += this.#json(value, depth);
    if (isDataMap(data)) for (const key of Object.keys(data)) sum += quoted(escaped(key, depth + 1), depth) + 1;
    return sum;
  }
}

/** Each JSON text around a quotation mark doubles it and what escapes it. */
function quoted(bytes: number, depth: number): number {
  return bytes + 2 * 2 ** depth;
}

function escaped(text: string, depth: number): number {
  if (depth === 0) return Buffer.byteLength(text);
  if (plain.test(text)) return text.length;
  let written = text;
  for (let times = 0; times < depth; times += 1) written = inAscii(JSON.stringify(written)).slice(1, -1);
  return written.length;
}

/** What JSON does not escape. */
const plain = /^[ !#-[\]-~]*$/;
