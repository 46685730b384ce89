import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { killSurvivors } from './survivors.ts';

/** Notes which run of a role is under way on a node, for the agent that comes after one that was killed. */
export class RunNote {
  readonly #path: string;

  /** @param nodeDirectory  The node's own working folder, absolute; exists. */
  constructor(nodeDirectory: string) {
    this.#path = join(nodeDirectory, 'run');
  }

  /** Write the id of a run; before anything of it is started. */
  async write(run: string): Promise<void> {
    await writeFile(this.#path, run, { mode: 0o600 });
  }

  /** The run has ended: what it left running on purpose may live. */
  async remove(): Promise<void> {
    await rm(this.#path, { force: true });
  }

  /** End what is left of a run whose agent was killed. Only while this process holds the node's lock. */
  async endLeftOver(): Promise<void> {
    const run = await readFile(this.#path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    if (run !== '') await killSurvivors(run);
    await this.remove();
  }
}
