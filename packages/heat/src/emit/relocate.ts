import { fileOfType, isFilePath } from '../model/nested.ts';
import { type Data, isDataList, isDataMap } from '../read/data.ts';

/** Gives the path of a file as it is from the folder of the emitted template. */
export type Relocate = (path: string) => string;

/**
 * Rewrite the paths of files that an entry of a template names: those of `get_file`, and types that are templates, wherever they stand, as Heat's
 * client looks for both. URLs and absolute paths stay.
 *
 * @param relocate  Undefined: all of them stay.
 */
export function relocateEntry(key: string, value: Data, relocate: Relocate | undefined): Data {
  return relocate === undefined ? value : moved(key, value, relocate);
}

function relocateFiles(data: Data, relocate: Relocate): Data {
  if (isDataList(data)) return data.map((item) => relocateFiles(item, relocate));
  if (!isDataMap(data)) return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, moved(key, value, relocate)]));
}

function moved(key: string, value: Data, relocate: Relocate): Data {
  const file = key === 'get_file' && typeof value === 'string' ? value : fileOfType(key === 'type' ? value : undefined);
  return file !== undefined && isRelative(file) ? relocate(file) : relocateFiles(value, relocate);
}

function isRelative(path: string): boolean {
  return !path.startsWith('/') && isFilePath(path);
}
