import type { Stats } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
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

  /** All files below a folder, in order, links followed; none when there is no such folder. */
  async below(folder: string, ending = /(?:)/): Promise<readonly string[]> {
    return (await filesBelow(folder, [])).filter((path) => ending.test(path)).sort();
  }

  /** True for a folder that is there and can be reached: who reads it as a file is told why it cannot. */
  async isFolder(path: string): Promise<boolean> {
    const kind = await kindOf(path).catch(() => undefined);
    return kind?.isDirectory() === true;
  }
}

/** @param open  The folders around it, without links: one may lead back to them. */
async function filesBelow(folder: string, open: readonly string[]): Promise<readonly string[]> {
  if ((await kindOf(folder))?.isDirectory() !== true) return [];
  const real = await realpath(folder);
  if (open.includes(real)) return [];
  const files: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const kind = entry.isSymbolicLink() ? await kindOf(path) : entry;
    if (kind?.isFile() === true) files.push(path);
    if (kind?.isDirectory() === true) files.push(...(await filesBelow(path, [...open, real])));
  }
  return files;
}

async function kindOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(code)) return undefined;
    throw error;
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
