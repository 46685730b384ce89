import { joinWords } from '@heddle/core';
import { entryOf, isDataMap } from '../read/data.ts';
import type { TemplateSource } from '../read/source.ts';
import { hostProperty } from './read-deployment.ts';

/** How many deployments the hint names. */
const mostNamed = 5;

/** Tell of a HOT template with deployments that roles could be made of them; nothing when there are none. */
export function componentHint(source: TemplateSource): readonly string[] {
  const resources = entryOf(source.data, 'resources');
  const names = (isDataMap(resources) ? Object.entries(resources) : [])
    .filter(([, resource]) => hostProperty(resource) !== undefined)
    .map(([name]) => name);
  const [first] = names;
  if (first === undefined) return [];
  const { line } = source.locate(['resources', first]);
  const shown = names.length > mostNamed ? [...names.slice(0, mostNamed), `${names.length - mostNamed} more`] : names;
  const what =
    names.length === 1 ? 'a deployment of Heat, which goes on as one' : 'deployments of Heat, which go on as such';
  const them = names.length === 1 ? 'it' : 'them';
  return [
    `${source.file}:${line}: ${joinWords(shown)} ${names.length === 1 ? 'is' : 'are'} ${what}; --components makes roles of ${them}`,
  ];
}
