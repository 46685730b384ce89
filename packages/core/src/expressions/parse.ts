import { HeddleError } from '../errors/heddle-error.ts';
import {
  formatReference,
  type PlainReference,
  type ReferenceSyntax,
  type SegmentSyntax,
  type TextPart,
} from './syntax.ts';

/**
 * Read a text that may hold references: `mysql://${db.host}:${db.port}/shop`.
 *
 * `$${` is a literal `${`. Everything outside `${...}` stays as it is, also a lone `$` and braces.
 *
 * @returns The parts in order, adjacent literals joined; none for an empty text.
 * @throws `plan-invalid` for the first fault, with `details.column` (from 1, in this text).
 */
export function parseText(text: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let literal = '';
  let at = 0;
  while (at < text.length) {
    if (text.startsWith('$${', at)) {
      literal += '${';
      at += 3;
    } else if (text.startsWith('${', at)) {
      const scanner = new Scanner(text, at + 2);
      const reference = scanner.reference(at + 1, true);
      if (literal !== '') parts.push(literal);
      literal = '';
      parts.push(reference);
      at = scanner.at;
    } else {
      literal += text.charAt(at);
      at += 1;
    }
  }
  if (literal !== '') parts.push(literal);
  return parts;
}

/**
 * Read one reference that stands without `${` and `}` and belongs to no node: on a command line, in `after`.
 *
 * @throws `plan-invalid` for the first fault, with `details.column` (from 1).
 */
export function parseBareReference(text: string): PlainReference {
  const reference = parseGatherReference(text);
  const [first, ...rest] = reference.segments;
  const plain = rest.filter((segment) => typeof segment !== 'object');
  if (plain.length === rest.length) return { ...reference, segments: [first, ...plain] };
  throw syntaxError(`there is no "self" here, which ${formatReference(reference)} asks for`, 1);
}

/**
 * Read one reference that stands without `${` and `}` behind `$gather:`.
 *
 * @throws `plan-invalid` for the first fault, with `details.column` (from 1).
 */
export function parseGatherReference(text: string): ReferenceSyntax {
  if (text.startsWith('${')) throw syntaxError(`"${text}" stands for itself here: leave out \${ and }`, 1);
  return new Scanner(text, 0).reference(1, false);
}

/** Reads one reference, character by character. */
class Scanner {
  at: number;
  readonly #text: string;

  constructor(text: string, at: number) {
    this.#text = text;
    this.at = at;
  }

  reference(column: number, braced: boolean): ReferenceSyntax {
    const start = this.at;
    this.#blanks();
    const name = this.#word();
    if (name === '') throw this.#unexpected('a node, a group, self or params', start, braced);
    const index = this.#memberIndex(start, braced);
    const segments: SegmentSyntax[] = [];
    while (this.#peek() === '.' || this.#peek() === '[') segments.push(this.#segment(start, braced));
    const written = this.#text.slice(start, this.at).trim();
    this.#blanks();
    if (braced) {
      if (this.#peek() !== '}') throw this.#unexpected(`".", "[" or "}" after "${written}"`, start, braced);
      this.at += 1;
    } else if (this.at < this.#text.length) {
      throw this.#unexpected(`".", "[" or the end after "${written}"`, start, braced);
    }
    const [first, ...rest] = segments;
    if (typeof first !== 'string') throw syntaxError(nothingNamed(name, index, written, braced), column);
    return { name, ...(index === undefined ? {} : { index }), segments: [first, ...rest], column };
  }

  /** The `[0]` or `[*]` right behind the name; a quoted key is left for the segments. */
  #memberIndex(start: number, braced: boolean): number | '*' | undefined {
    const match = /^\[(\d+|\*)\]/.exec(this.#text.slice(this.at));
    if (match === null) {
      if (this.#peek() === '[' && !/^\[['"]/.test(this.#text.slice(this.at))) {
        this.at += 1;
        throw this.#unexpected('a whole number and "]", or "*]", after "["', start, braced);
      }
      return undefined;
    }
    this.at += match[0].length;
    return match[1] === '*' ? '*' : Number(match[1]);
  }

  #segment(start: number, braced: boolean): SegmentSyntax {
    const opening = this.#peek();
    this.at += 1;
    if (opening === '.') {
      const segment = this.#word();
      if (segment === '') throw this.#unexpected(`a name after "${this.#written(start)}"`, start, braced);
      return segment;
    }
    if (this.#text.startsWith('*]', this.at)) {
      throw syntaxError(
        '[*] stands right behind the name of a group: it gathers the members, it does not go into a value',
        this.at,
      );
    }
    const quote = this.#peek();
    const segment = quote === "'" || quote === '"' ? this.#quoted(quote) : (this.#number() ?? this.#self());
    if (segment === undefined)
      throw this.#unexpected('a whole number, a quoted key [\'key\'] or [self.name] after "["', start, braced);
    if (this.#peek() !== ']') throw this.#unexpected(`"]" after "${this.#written(start)}"`, start, braced);
    this.at += 1;
    return segment;
  }

  #quoted(quote: string): string {
    const column = this.at + 1;
    let key = '';
    for (this.at += 1; this.at < this.#text.length; this.at += 1) {
      const char = this.#peek();
      if (char === quote) {
        this.at += 1;
        return key;
      }
      if (char === '\\') this.at += 1;
      key += this.#peek();
    }
    throw syntaxError(`the quoted key has no closing ${quote}`, column);
  }

  #number(): number | undefined {
    const digits = /^\d+/.exec(this.#text.slice(this.at))?.[0];
    if (digits === undefined) return undefined;
    this.at += digits.length;
    return Number(digits);
  }

  #self(): SegmentSyntax | undefined {
    const field = /^self\.([a-z]+)/.exec(this.#text.slice(this.at))?.[1];
    if (field === undefined) return undefined;
    this.at += `self.${field}`.length;
    return { self: field };
  }

  #word(): string {
    const found = /^[A-Za-z0-9_-]*/.exec(this.#text.slice(this.at))?.[0] ?? '';
    this.at += found.length;
    return found;
  }

  #blanks(): void {
    while (this.#peek() === ' ') this.at += 1;
  }

  #peek(): string {
    return this.#text.charAt(this.at);
  }

  #written(start: number): string {
    return this.#text.slice(start, this.at).trim();
  }

  #unexpected(expected: string, start: number, braced: boolean): HeddleError {
    const found = this.#peek();
    if (found === '' && braced)
      return syntaxError(`"\${${this.#text.slice(start)}" is not closed: "}" is missing`, start - 1);
    const hint = hints[found] ?? '';
    return syntaxError(`expected ${expected}, found ${found === '' ? 'the end' : `"${found}"`}${hint}`, this.at + 1);
  }
}

/** What people mean by a character that other languages have in this place. */
const hints: Readonly<Record<string, string>> = {
  ':': '; a default is written { $value: ..., missing: default, default: ... }',
  '|': '; there are no filters: a value travels as it is',
  $: '; references do not nest',
};

function nothingNamed(name: string, index: number | '*' | undefined, written: string, braced: boolean): string {
  if (name === 'self') return '"self" alone is no value: write self.name, self.group, self.index or self.dir';
  if (name === 'params') return '"params" alone is no value: write params.NAME';
  return `"${written}" names no output: write ${name}${index === undefined ? '' : `[${index}]`}.OUTPUT${braced ? ', or $${ for a literal ${' : ''}`;
}

/** An error of the `${...}` grammar; `column` counts from 1 in the text that was read. */
function syntaxError(message: string, column: number): HeddleError {
  return new HeddleError('plan-invalid', message, { details: { column } });
}
