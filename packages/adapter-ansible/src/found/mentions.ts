/** What a text reads of other hosts' variables. */
export interface Mentions {
  /** Names of variables, each with the offset of the mention. */
  readonly names: ReadonlyMap<string, number>;
  /** Offsets of reads whose variable only the run knows. */
  readonly computed: readonly number[];
  /** Reads of when something ran, `hostvars[x].made.delta`: the variable, and the offset. */
  readonly times: readonly (readonly [string, number])[];
  /** The offset where it takes all variables of a host at once. */
  readonly whole: number | undefined;
}

const identifier = /[A-Za-z_][A-Za-z0-9_]*/y;
const methods = new Set(['keys', 'items', 'values', 'get', 'setdefault', 'update', 'pop', 'copy']);

/** Find which variables of other hosts a Jinja text or expression reads through `hostvars`. */
export function mentionsIn(text: string): Mentions {
  const source = withoutComments(text);
  const names = new Map<string, number>();
  const computed: number[] = [];
  const times: [string, number][] = [];
  let whole: number | undefined;
  for (const { index } of source.matchAll(/(?<![A-Za-z0-9_.])hostvars(?![A-Za-z0-9_])/g)) {
    const reader = new AccessReader(source, index + 'hostvars'.length);
    const read = reader.read();
    if (read === 'own') continue;
    if (read === 'computed') computed.push(index);
    else if (read === 'whole') whole ??= index;
    else {
      if (!names.has(read.name)) names.set(read.name, index);
      if (/^['"]?(?:start|end|delta)['"]?$/.test(reader.next() ?? '')) times.push([read.name, index]);
    }
  }
  return { names, computed, times, whole };
}

/** The names that an expression uses, to follow a value through other variables. */
export function identifiersIn(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(/[A-Za-z_][A-Za-z0-9_]*/g)].map(([name]) => name));
}

/**
 * Find the names behind a dot, and words in quotes: `.db_port`, `'db_port'`, `'value.db_port'`.
 *
 * A file that takes a host's variables as a whole (`{% set peer = hostvars[x] %}`, `map('extract', hostvars)`) may read each of them: too many rather than too few,
 * as only what some task assigns counts.
 */
export function looseNames(text: string): readonly string[] {
  const source = withoutComments(text);
  const dotted = [...source.matchAll(/\.\s*([A-Za-z_][A-Za-z0-9_]*)/g)].map(([, name = '']) => name);
  const quoted = [...source.matchAll(/'([^'\n]*)'|"([^"\n]*)"/g)].flatMap(([, single, double]) =>
    (single ?? double ?? '').split('.').filter((part) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(part)),
  );
  return [...dotted, ...quoted];
}

function withoutComments(text: string): string {
  return text.replace(/\{#.*?#\}/gs, (comment) => comment.replace(/[^\n]/g, ' '));
}

/** Reads what stands behind the word `hostvars`: the host, then the variable. */
class AccessReader {
  readonly #source: string;
  #at: number;

  constructor(source: string, at: number) {
    this.#source = source;
    this.#at = at;
  }

  read(): { readonly name: string } | 'own' | 'whole' | 'computed' {
    const host = this.#accessor();
    if (host === undefined || (host.isName && methods.has(host.text) && host.text !== 'get')) return this.#whole();
    if (host.isName && host.text === 'get' && this.#accessor('(') === undefined) return this.#whole();
    if (host.text === 'inventory_hostname' && !host.isName) return 'own';
    const variable = this.#accessor();
    if (variable === undefined) return 'whole';
    if (variable.isName && variable.text !== 'get')
      return methods.has(variable.text) ? 'whole' : { name: variable.text };
    return literal(variable.isName ? (this.#accessor('(')?.text ?? '') : variable.text);
  }

  /** The name, or what stands in brackets, behind what has been read. */
  next(): string | undefined {
    return this.#accessor()?.text;
  }

  /** `extract(hostvars, 'name')`, `map('extract', hostvars, ['name', 0])`; anything else takes all of it. */
  #whole(): { readonly name: string } | 'whole' {
    const behind = /^\s*,\s*(?:morekeys\s*=\s*)?\[?\s*(?:'([^']*)'|"([^"]*)")/.exec(this.#source.slice(this.#at));
    const name = behind?.[1] ?? behind?.[2];
    return name === undefined ? 'whole' : { name };
  }

  /** `.name`, or what stands in brackets. */
  #accessor(bracket: '[' | '(' = '['): { readonly text: string; readonly isName: boolean } | undefined {
    while (/\s/.test(this.#source.charAt(this.#at))) this.#at += 1;
    if (bracket === '[' && this.#source.charAt(this.#at) === '.') {
      identifier.lastIndex = this.#at + 1;
      const [name] = identifier.exec(this.#source) ?? [];
      if (name === undefined) return undefined;
      this.#at += 1 + name.length;
      return { text: name, isName: true };
    }
    if (this.#source.charAt(this.#at) !== bracket) return undefined;
    const start = this.#at + 1;
    const end = this.#closing(start);
    if (end === undefined) return undefined;
    this.#at = end + 1;
    return { text: this.#source.slice(start, end).trim(), isName: false };
  }

  #closing(start: number): number | undefined {
    let depth = 1;
    let quote = '';
    for (let at = start; at < this.#source.length; at += 1) {
      const char = this.#source.charAt(at);
      if (quote !== '') quote = char === quote ? '' : quote;
      else if (char === "'" || char === '"') quote = char;
      else if ('[({'.includes(char)) depth += 1;
      else if ('])}'.includes(char)) depth -= 1;
      if (depth === 0) return at;
    }
    return undefined;
  }
}

/** A name in quotes; `get('name', default)` has more behind it. */
function literal(text: string): { readonly name: string } | 'computed' {
  const [, single, double] = /^(?:'([^']*)'|"([^"]*)")\s*(?:,|$)/.exec(text) ?? [];
  const name = single ?? double;
  return name === undefined ? 'computed' : { name };
}
