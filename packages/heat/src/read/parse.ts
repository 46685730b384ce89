import { Composer, type Document, type LineCounter, Parser } from 'yaml';
import { type Aliases, findAliases } from './aliases.ts';
import { mostLevels, survey } from './nesting.ts';

/** A text as a YAML document, or the first thing that is wrong with it. */
export interface Parsed {
  /** With the line breaks that PyYAML takes for such. */
  readonly text: string;
  readonly document: Document;
  readonly aliases: Aliases;
  /** Where the last line ends when it has no line break. */
  readonly openEnd?: number;
  readonly fault?: { readonly offset: number; readonly message: string };
}

const none: Aliases = { targets: new Map(), faults: [] };

/** Parse YAML without any schema. @param lines  Told where lines begin. */
export function parse(written: string, lines: LineCounter): Parsed {
  const text = written.replaceAll(otherBreaks, '\n');
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  const { tooDeepOffset, secondOffset } = survey(tokens);
  const isReadable = tooDeepOffset === undefined;
  const composer = new Composer({ uniqueKeys: false, schema: 'failsafe', logLevel: 'silent' });
  // With `true` there is always one document, of an empty text too.
  const [document] = composer.compose(isReadable ? tokens : [], true, text.length) as Iterable<Document>;
  if (document === undefined) throw new TypeError('the YAML library gave no document');
  const parsed = {
    text,
    document,
    aliases: isReadable && text.includes('&') ? findAliases(document) : none,
    ...(text.endsWith('\n') ? {} : { openEnd: text.length }),
  };
  if (tooDeepOffset !== undefined) {
    const message = `maps and lists lie more than ${mostLevels} levels deep here, which Heat cannot read`;
    return { ...parsed, fault: { offset: tooDeepOffset, message } };
  }
  const error = document.errors.find(({ message }) => !harmless.test(message));
  const character = badCharacter(text);
  if (error !== undefined && error.pos[0] < (character?.offset ?? Number.POSITIVE_INFINITY)) {
    return { ...parsed, fault: { offset: error.pos[0], message: `${error.message}${hintOn(error)}` } };
  }
  if (character !== undefined) return { ...parsed, fault: character };
  if (secondOffset === undefined) return parsed;
  return { ...parsed, fault: { offset: secondOffset, message: 'a second document begins here: a template is one' } };
}

/** What the library complains about and PyYAML takes. */
const harmless = /^Comments must be separated/;

/** PyYAML takes lines of quoted text and of flow collections at any column, the library does not. */
function hintOn({ message }: Error): string {
  return message.startsWith('Missing closing') ? ', unless a line of this text begins left of its key: indent it' : '';
}

/** What PyYAML takes for the end of a line, as YAML 1.1 does and 1.2 does not. */
const otherBreaks = /\r(?!\n)|\u0085/g;
/** PyYAML refuses them, except U+2028 and U+2029, which it takes for ends of lines that stay, and byte order marks, which it may keep. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const badCharacters =
  /[^\t\n\r\u0020-\u007e\u00a0-\ufffd]|[\u2028\u2029]|(?!^)\ufeff|(?<![\ud800-\udbff])[\udc00-\udfff]|[\ud800-\udbff](?![\udc00-\udfff])/;

function badCharacter(text: string): { readonly offset: number; readonly message: string } | undefined {
  const found = badCharacters.exec(text);
  if (found === null) return undefined;
  const code = found[0].charCodeAt(0).toString(16).padStart(4, '0');
  return { offset: found.index, message: `Heat cannot read the character U+${code.toUpperCase()}: write "\\u${code}"` };
}
