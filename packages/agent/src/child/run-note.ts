import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { killSurvivors } from './survivors.ts';

/** Notes which runs of roles are under way on a node, for the agent that comes after one that was killed. */
export class RunNote {
  readonly #path: string;
  readonly #runs = new Set<string>();
  #writing: Promise<unknown> = Promise.resolve();

  /** @param nodeDirectory  The node's own working folder, absolute; exists. */
  constructor(nodeDirectory: string) {
    this.#path = join(nodeDirectory, 'run');
  }

  /** Add the id of a run; before anything of it is started. */
  add(run: string): Promise<void> {
    this.#runs.add(run);
    return this.#write();
  }

  /** The run has ended: what it left running on purpose may live. */
  remove(run: string): Promise<void> {
    this.#runs.delete(run);
    return this.#write();
  }

  /** End what is left of runs whose agent was killed. Only while this process holds the node's lock, before it adds any. */
  async endLeftOver(): Promise<void> {
    const runs = await readFile(this.#path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    for (const run of runs.split('\n').filter((id) => id !== '')) await killSurvivors(run);
    await this.#write();
  }

  /** One id a line, and no file without any. */
  #write(): Promise<void> {
    const work = this.#writing.then(async () => {
      if (this.#runs.size === 0) await rm(this.#path, { force: true });
      else await writeFile(this.#path, [...this.#runs].join('\n'), { mode: 0o600 });
    });
    this.#writing = work.catch(() => undefined);
    return work;
  }
}
