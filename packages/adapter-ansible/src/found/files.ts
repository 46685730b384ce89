import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** What is longer is data, and no playbook or template. */
const maxBytes = 1_000_000;

/** A file that could not be read, and why. */
export interface Unreadable {
  readonly why: string;
}

/** Reads the files of a project, each once. */
export class ProjectFiles {
  readonly #directory: string;
  readonly #texts = new Map<string, Promise<string | Unreadable | undefined>>();

  /** @param directory  The folder of the deployment file, absolute. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** How messages name a file. */
  name(path: string): string {
    const name = relative(this.#directory, path);
    return name.startsWith('..') ? path : name;
  }

  /** The text of a file; undefined when there is none. */
  read(path: string): Promise<string | Unreadable | undefined> {
    const known = this.#texts.get(path) ?? readText(path);
    this.#texts.set(path, known);
    return known;
  }

  /** The first of these paths that is a file. */
  async first(paths: readonly string[]): Promise<string | undefined> {
    for (const path of paths) if ((await this.read(path)) !== undefined) return path;
    return undefined;
  }

  /** All files below a folder, in order; none when there is no such folder. */
  async below(folder: string, ending = /(?:)/): Promise<readonly string[]> {
    try {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile() && ending.test(entry.name))
        .map((entry) => join(entry.parentPath, entry.name))
        .sort();
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'ENOENT' || code === 'ENOTDIR') return [];
      throw error;
    }
  }
}

async function readText(path: string): Promise<string | Unreadable | undefined> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return undefined;
    if (found.size > maxBytes) return { why: `it has more than ${maxBytes} bytes` };
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR' ? undefined : { why: message };
  }
}
