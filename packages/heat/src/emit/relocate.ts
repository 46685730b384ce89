import { type Data, type DataMap, isDataList, isDataMap } from '../read/data.ts';

/** Gives the path of a file as it is from the folder of the emitted template. */
export type Relocate = (path: string) => string;

/** Rewrite the paths of files that a template names: those of `get_file`, and types that are templates. URLs and absolute paths stay. */
export function relocateFiles(template: Data, relocate: Relocate): Data {
  if (!isDataMap(template)) return template;
  const moved = moveFiles(template, relocate) as DataMap;
  if (!isDataMap(moved.resources)) return moved;
  const resources = Object.entries(moved.resources).map(([name, resource]) => {
    const type = isDataMap(resource) ? resource.type : undefined;
    const isFile = typeof type === 'string' && /\.(?:ya?ml|json|template)$/.test(type) && isRelative(type);
    return [name, isFile ? { ...(resource as DataMap), type: relocate(type) } : resource] as const;
  });
  return { ...moved, resources: Object.fromEntries(resources) };
}

function moveFiles(data: Data, relocate: Relocate): Data {
  if (isDataList(data)) return data.map((item) => moveFiles(item, relocate));
  if (!isDataMap(data)) return data;
  const entries = Object.entries(data);
  const [key, file] = entries[0] ?? [];
  if (entries.length === 1 && key === 'get_file' && typeof file === 'string' && isRelative(file)) {
    return { get_file: relocate(file) };
  }
  return Object.fromEntries(entries.map(([name, value]) => [name, moveFiles(value, relocate)]));
}

function isRelative(path: string): boolean {
  return !path.startsWith('/') && !/^[a-z][a-z0-9+.-]*:/i.test(path);
}
