import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { execa } from 'execa';

/** A named pipe at which a line of `sh` waits, `read line < PATH`, until the test opens it. */
export class Gate {
  readonly #pipe: FileHandle;

  private constructor(pipe: FileHandle) {
    this.#pipe = pipe;
  }

  static async create(path: string): Promise<Gate> {
    await execa('mkfifo', [path]);
    // Open for both, so that neither opening nor writing waits for the reader, and what is written stays for it.
    return new Gate(await open(path, constants.O_RDWR | constants.O_NONBLOCK));
  }

  /** Let one reader through, with this line. */
  async open(line = 'go'): Promise<void> {
    await this.#pipe.write(`${line}\n`);
  }

  async close(): Promise<void> {
    await this.#pipe.close();
  }
}
