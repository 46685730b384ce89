import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';

/** A named pipe at which a role waits (`read line < gate`, `File.open(gate, &:gets)`) until the test opens it. */
export class Gate {
  readonly path: string;
  readonly #pipe: FileHandle;

  private constructor(path: string, pipe: FileHandle) {
    this.path = path;
    this.#pipe = pipe;
  }

  static async create(path: string): Promise<Gate> {
    await execa('mkfifo', [path]);
    // Open for both, so that neither opening nor writing waits for the reader, and what is written stays for it.
    const pipe = await open(path, constants.O_RDWR | constants.O_NONBLOCK);
    onTestFinished(() => pipe.close());
    return new Gate(path, pipe);
  }

  /** Let one reader through. */
  async open(line = 'go'): Promise<void> {
    await this.#pipe.write(`${line}\n`);
  }
}
