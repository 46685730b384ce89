import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type AttributePath, HeddleError, type Json, relatePaths } from '@heddle/core';
import * as z from 'zod';

/** A value that the next run begins with, and where in the attributes it lies. */
export interface KeptValue {
  readonly path: AttributePath;
  readonly value: Json;
}

const keptFile = z.array(z.strictObject({ path: z.array(z.string()).min(1), value: z.json() }));

/**
 * Values that the next run of a CM tool on a node begins with, and that its own state file must not hold: sensitive outputs that a recipe has made
 * once and keeps (`normal_unless`). They outlive epochs, in a file of mode 0600 in the node's own folder.
 *
 * That state file is one for all roles of the tool, and knows nothing of outputs: so are these, by their place alone, whatever roles and outputs are called.
 */
export class KeptValues {
  readonly #path: string;
  #values: Promise<readonly KeptValue[]> | undefined;
  #writing: Promise<unknown> = Promise.resolve();

  /** @param nodeDirectory  The node's own working folder, absolute; exists. */
  constructor(nodeDirectory: string, adapter: string) {
    this.#path = join(nodeDirectory, 'kept', `${adapter}.json`);
  }

  /** List them, one below another before that one: it is younger. Read once. Throws corrupt for a file that is none of these, and what the file system says. */
  async values(): Promise<readonly KeptValue[]> {
    const values = await this.#load();
    return [...values].sort((first, second) => second.path.length - first.path.length);
  }

  /** Keep these, in the place of what lies at and below their paths; resolves when the file holds them. */
  keep(fresh: readonly KeptValue[]): Promise<void> {
    return this.#change((values) => [
      ...values.filter(({ path }) => !fresh.some((each) => ['equal', 'outer'].includes(relatePaths(each.path, path)))),
      ...fresh,
    ]);
  }

  /** Keep those at these very paths no more; resolves when the file does not hold them. */
  drop(paths: readonly AttributePath[]): Promise<void> {
    return this.#change((values) =>
      values.filter(({ path }) => !paths.some((each) => relatePaths(each, path) === 'equal')),
    );
  }

  #load(): Promise<readonly KeptValue[]> {
    this.#values ??= readKept(this.#path);
    return this.#values;
  }

  #change(make: (values: readonly KeptValue[]) => readonly KeptValue[]): Promise<void> {
    const work = this.#writing.then(async () => {
      const values = await this.#load();
      await this.#write(values, make(values));
    });
    this.#writing = work.catch(() => undefined);
    return work;
  }

  async #write(values: readonly KeptValue[], next: readonly KeptValue[]): Promise<void> {
    const text = JSON.stringify(next);
    if (text === JSON.stringify(values)) return;
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    const fresh = `${this.#path}.new`;
    await writeFile(fresh, text, { mode: 0o600, flush: true });
    await rename(fresh, this.#path);
    this.#values = Promise.resolve(next);
  }
}

async function readKept(path: string): Promise<readonly KeptValue[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '[]';
    throw error;
  });
  try {
    return keptFile.parse(JSON.parse(text));
  } catch (cause) {
    // Its own words could show a part of a value.
    throw new HeddleError('corrupt', `${path} is not readable, and holds what earlier runs on this node have kept`, {
      next: ['bring it back from a backup; without it recipes make new secrets'],
      cause: new Error((cause as Error).name),
    });
  }
}
