import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HeddleError, type Json } from '@heddle/core';

/**
 * Values that the next run of a role begins with, and that its tool's own state file must not hold: sensitive outputs that a recipe has made
 * once and keeps (`normal_unless`). They outlive epochs, in a file of mode 0600 in the node's own folder.
 */
export class KeptValues {
  readonly #path: string;
  #values: Promise<Map<string, Json>> | undefined;
  #writing: Promise<unknown> = Promise.resolve();

  /** @param nodeDirectory  The node's own working folder, absolute; exists. */
  constructor(nodeDirectory: string, role: string) {
    this.#path = join(nodeDirectory, 'kept', `${role}.json`);
  }

  /** By the output's name; read once. Throws corrupt for a file that is not JSON, and what the file system says. */
  values(): Promise<ReadonlyMap<string, Json>> {
    return this.#load();
  }

  /**
   * Keep these values, and those no more that are undefined; resolves when the file holds them.
   *
   * @param changes  By the output's name.
   */
  update(changes: ReadonlyMap<string, Json | undefined>): Promise<void> {
    const work = this.#writing.then(() => this.#update(changes));
    this.#writing = work.catch(() => undefined);
    return work;
  }

  #load(): Promise<Map<string, Json>> {
    this.#values ??= readKept(this.#path);
    return this.#values;
  }

  async #update(changes: ReadonlyMap<string, Json | undefined>): Promise<void> {
    const values = await this.#load();
    const next = new Map(values);
    for (const [name, value] of changes) {
      if (value === undefined) next.delete(name);
      else next.set(name, value);
    }
    const text = JSON.stringify(Object.fromEntries(next));
    if (text === JSON.stringify(Object.fromEntries(values))) return;
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    const fresh = `${this.#path}.new`;
    await writeFile(fresh, text, { mode: 0o600, flush: true });
    await rename(fresh, this.#path);
    this.#values = Promise.resolve(next);
  }
}

async function readKept(path: string): Promise<Map<string, Json>> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}';
    throw error;
  });
  try {
    return new Map(Object.entries(JSON.parse(text) as Record<string, Json>));
  } catch (cause) {
    // Its own words could show a part of a value.
    throw new HeddleError('corrupt', `${path} is not JSON, and holds what earlier runs of the role have kept`, {
      next: ['bring it back from a backup; without it recipes make new secrets'],
      cause: new Error((cause as Error).name),
    });
  }
}
