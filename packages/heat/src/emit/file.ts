import type { Data, DataMap } from '../read/data.ts';

/** An entry of `write_files`. */
export interface MachineFile extends DataMap {
  readonly path: string;
  readonly permissions: string;
  readonly content: Data;
}

/** Make an entry of `write_files`. */
export function file(path: string, permissions: string, content: Data): MachineFile {
  return { path, permissions, content };
}

/** One text from parts; Heat writes maps in it as JSON. */
export function joined(parts: readonly Data[]): Data {
  return { list_join: ['', parts] };
}
