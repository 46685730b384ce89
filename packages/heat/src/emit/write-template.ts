import { type Data, isDataMap, writeData } from '../read/data.ts';

/** Characters of a template that Heat takes: the default of its `max_template_size`. */
export const mostTemplateCharacters = 524_288;

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
