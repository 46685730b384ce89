import { type Data, entryOf } from '../read/data.ts';
import type { DocumentPath } from '../read/source.ts';
import { table } from '../read/table.ts';

/** Types whose members are made from a definition, and the property that holds it. */
export const groupTypes = table({
  'OS::Heat::ResourceGroup': 'resource_def',
  'OS::Heat::AutoScalingGroup': 'resource',
  'OS::Heat::InstanceGroup': 'resource',
});

/** True for the path of a file; URLs are for Heat to fetch. */
export function isFilePath(text: string): boolean {
  return !/^[a-z][a-z0-9+.-]*:/i.test(text);
}

/** The path, when a resource type is a template in a file. */
export function fileOfType(type: Data | undefined): string | undefined {
  const isFile = typeof type === 'string' && /\.(?:ya?ml|json|template)$/.test(type) && isFilePath(type);
  return isFile ? type : undefined;
}

/** The templates in files that a resource is made from, each with the path within the resource to where it is named. */
export function nestedFiles(resource: Data): readonly { readonly file: string; readonly path: DocumentPath }[] {
  const [typeKey, propertiesKey] =
    entryOf(resource, 'Type') === undefined ? ['type', 'properties'] : ['Type', 'Properties'];
  const type = entryOf(resource, typeKey);
  const properties = entryOf(resource, propertiesKey);
  const found = [{ file: fileOfType(type), path: [typeKey] as DocumentPath }];
  const member = groupTypes[typeof type === 'string' ? type : ''];
  if (member !== undefined) {
    const file = fileOfType(entryOf(entryOf(properties, member), 'type'));
    found.push({ file, path: [propertiesKey, member, 'type'] });
  }
  if (type === 'OS::Heat::Stack') {
    const file = entryOf(entryOf(properties, 'template'), 'get_file');
    const path = [propertiesKey, 'template', 'get_file'];
    found.push({ file: typeof file === 'string' && isFilePath(file) ? file : undefined, path });
  }
  return found.flatMap(({ file, path }) => (file === undefined ? [] : [{ file, path }]));
}
