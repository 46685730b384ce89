import { type Data, isDataMap, writeData } from '../read/data.ts';

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

/**
 * Write a template as JSON text: an entry of a section, such as a resource, is a line.
 *
 * Heat counts what it is sent, blanks included, and a person who compares two templates sees which resource is another one.
 */
export function writeTemplate(template: Data): string {
  return `${entries(template, (section) => entries(section, writeData))}\n`;
}

function entries(data: Data, write: (value: Data) => string): string {
  if (!isDataMap(data)) return writeData(data);
  const lines = Object.entries(data).map(([key, value]) => `${JSON.stringify(key)}: ${write(value)}`);
  return lines.length === 0 ? '{}' : `{\n${lines.join(',\n')}\n}`;
}
