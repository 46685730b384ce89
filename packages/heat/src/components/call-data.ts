import { type Data, type DataMap, entryOf, isDataList, isDataMap } from '../read/data.ts';
import type { DocumentPath } from '../read/source.ts';

/** The argument of a call of a function: of a map with this one key; undefined for other data. */
export function argumentOfCall(data: Data | undefined, name: string): Data | undefined {
  if (!isDataMap(data)) return undefined;
  const [key, other] = Object.keys(data);
  return key === name && other === undefined ? data[key] : undefined;
}

/** The name of the function that data calls: the one key of a map, when the template's version has such a function; else undefined. */
export function calledFunction(data: Data | undefined, functions: ReadonlySet<string>): string | undefined {
  const [only, other] = isDataMap(data) ? Object.keys(data) : [];
  return only !== undefined && other === undefined && functions.has(only) ? only : undefined;
}

/** The resource that `get_resource`, or else `get_attr`, names; undefined for other data, and when the name is computed. */
export function namedResource(data: DataMap): string | undefined {
  const attribute = argumentOfCall(data, 'get_attr');
  const name = isDataList(attribute) ? attribute[0] : argumentOfCall(data, 'get_resource');
  return typeof name === 'string' ? name : undefined;
}

/** Add the resources that functions in data name. */
export function addNamedResources(data: Data | undefined, names: Set<string>): void {
  if (isDataList(data)) for (const item of data) addNamedResources(item, names);
  if (!isDataMap(data)) return;
  const name = namedResource(data);
  if (name !== undefined) names.add(name);
  for (const value of Object.values(data)) addNamedResources(value, names);
}

/** The names in the `depends_on` of a resource, which is text or a list. */
export function dependenciesOf(resource: DataMap, at: DocumentPath): readonly { name: string; at: DocumentPath }[] {
  const written = entryOf(resource, 'depends_on');
  const path = [...at, 'depends_on'];
  if (typeof written === 'string') return [{ name: written, at: path }];
  if (!isDataList(written)) return [];
  return written.flatMap((name, index) => (typeof name === 'string' ? [{ name, at: [...path, index] }] : []));
}
