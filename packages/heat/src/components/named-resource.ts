import { suggest } from '@heddle/core';
import { type Data, entryOf } from '../read/data.ts';
import type { DocumentPath } from '../read/source.ts';
import { argumentOfCall } from './call-data.ts';
import type { ComponentReading } from './terms.ts';

/** Find the resource that `{ get_resource: NAME }` names; undefined after a report, which is `asked` where something else is written. */
export function namedResource(
  written: Data | undefined,
  at: DocumentPath,
  { source, resources }: ComponentReading,
  asked: string,
): { readonly name: string; readonly data: Data } | undefined {
  const name = argumentOfCall(written, 'get_resource');
  if (typeof name !== 'string') {
    source.report(at, 'E_COMPONENT', asked);
    return undefined;
  }
  const data = entryOf(resources, name);
  if (data !== undefined) return { name, data };
  source.report(at, 'E_REF', `there is no resource "${name}"${suggest(name, Object.keys(resources), 'there are')}`);
  return undefined;
}
