import { Composer, type Document, type LineCounter, Parser } from 'yaml';
import { type Aliases, findAliases } from './aliases.ts';
import { mostLevels, survey } from './nesting.ts';

/** A text as a YAML document, or the first thing that is wrong with it. */
export interface Parsed {
  readonly document: Document;
  readonly aliases: Aliases;
  readonly fault?: { readonly offset: number; readonly message: string };
}

const none: Aliases = { targets: new Map(), duplicates: [] };

/** Parse YAML or JSON without any schema. @param lines  Told where lines begin. */
export function parse(text: string, lines: LineCounter): Parsed {
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  const { tooDeepOffset, hasAliases, secondOffset } = survey(tokens);
  const isReadable = tooDeepOffset === undefined;
  const composer = new Composer({ uniqueKeys: false, schema: 'failsafe', logLevel: 'silent' });
  // With `true` there is always one document, of an empty text too.
  const [document] = composer.compose(isReadable ? tokens : [], true, text.length) as Iterable<Document>;
  if (document === undefined) throw new TypeError('the YAML library gave no document');
  const parsed = { document, aliases: hasAliases && isReadable ? findAliases(document) : none };
  if (tooDeepOffset !== undefined) {
    const message = `maps and lists lie more than ${mostLevels} levels deep here, which Heat cannot read`;
    return { ...parsed, fault: { offset: tooDeepOffset, message } };
  }
  const [error] = document.errors;
  if (error !== undefined) return { ...parsed, fault: { offset: error.pos[0], message: error.message } };
  if (secondOffset === undefined) return parsed;
  return { ...parsed, fault: { offset: secondOffset, message: 'a second document begins here: a template is one' } };
}
