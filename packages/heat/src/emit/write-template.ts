import { type Data, isDataMap, writeData } from '../read/data.ts';
import { type Relocate, relocateEntry } from './relocate.ts';

/** Characters of a template that Heat takes: the default of its `max_template_size`. */
const mostTemplateCharacters = 524_288;

/** Warn of an emitted template that is larger than what Heat takes by default; it may be set up to take larger ones. @param file  The name of the source. */
export function templateSizeWarnings({ length }: string, file: string): readonly string[] {
  if (length <= mostTemplateCharacters) return [];
  const next = 'write servers that are alike as a group, or raise max_template_size in its configuration';
  return [
    `${file}:1: W_SIZE: the emitted template has ${length} characters, and Heat takes ${mostTemplateCharacters} by default: ${next}`,
  ];
}

/** An entry of a section as JSON text: what it was made of need not be kept until all of the template is there. */
export class WrittenEntry {
  readonly text: string;

  /** @param relocate  For the paths of files in it. @default they stay */
  constructor(name: string, data: Data, relocate?: Relocate) {
    this.text = writeData(relocateEntry(name, data, relocate));
  }
}

/** The entries of a section, such as resources by name. */
export type EmittedEntries = Readonly<Record<string, Data | WrittenEntry>>;

/** A template that is to be written, by section. */
export type EmittedTemplate = Readonly<Record<string, Data | EmittedEntries>>;

/**
 * Write a template as JSON text: an entry of a section, such as a resource, is a line.
 *
 * Heat counts what it is sent, blanks included, and a person who compares two templates sees which resource is another one.
 *
 * @param relocate  For the paths of files in what is not written yet. @default they stay
 */
export function writeTemplate(template: EmittedTemplate, relocate?: Relocate): string {
  const write = (name: string, data: Data | WrittenEntry): string =>
    (data instanceof WrittenEntry ? data : new WrittenEntry(name, data, relocate)).text;
  const text = entries(template, (name, section) =>
    isEntries(section) ? entries(section, write) : write(name, section),
  );
  return `${text}\n`;
}

function isEntries(section: Data | EmittedEntries): section is EmittedEntries {
  return isDataMap(section as Data);
}

function entries<T>(map: Readonly<Record<string, T>>, write: (name: string, value: T) => string): string {
  const lines = Object.entries(map).map(([key, value]) => `${JSON.stringify(key)}: ${write(key, value)}`);
  return lines.length === 0 ? '{}' : `{\n${lines.join(',\n')}\n}`;
}
