import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

/** The heddle command of this checkout; it runs what `npm run build` built. */
const program = fileURLToPath(new URL('../../packages/cli/bin/heddle', import.meta.url));

/** How a command ended, and all that it printed. */
export interface HeddleEnd {
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

const lineTimeoutMs = 90_000;

/** A heddle command that runs. */
export class HeddleRun {
  readonly pid: number;
  readonly #child: ReturnType<typeof startHeddle>;
  readonly #lines: string[] = [];
  readonly #listeners = new Set<() => void>();
  #hasEnded = false;

  /** Start `heddle ...` in a folder; undefined takes a variable out of the environment. */
  constructor(words: readonly string[], directory: string, environment: NodeJS.ProcessEnv) {
    const child = startHeddle(words, directory, environment);
    if (child.pid === undefined) throw new Error('heddle could not be started');
    this.pid = child.pid;
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        this.#lines.push(line);
        this.#tell();
      });
    }
    void child.finally(() => {
      this.#hasEnded = true;
      this.#tell();
    });
  }

  /** Resolve with the first line of output that matches, also one that was printed before. */
  async line(pattern: RegExp): Promise<string> {
    const found = () => this.#lines.find((line) => pattern.test(line));
    return new Promise((resolve, reject) => {
      const fail = (why: string) => {
        stop();
        reject(new Error(`no line ${pattern} ${why}; the output is:\n${this.#lines.join('\n')}`));
      };
      const timer = setTimeout(() => fail(`within ${lineTimeoutMs} ms`), lineTimeoutMs);
      const look = () => {
        const line = found();
        if (line !== undefined) {
          stop();
          resolve(line);
        } else if (this.#hasEnded) fail('before the end');
      };
      const stop = () => {
        clearTimeout(timer);
        this.#listeners.delete(look);
      };
      this.#listeners.add(look);
      look();
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolve when the command has ended; with a time, reject when it takes longer. */
  async end(timeoutMs?: number): Promise<HeddleEnd> {
    if (timeoutMs === undefined) return this.#end();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`heddle has not ended within ${timeoutMs} ms`)), timeoutMs);
    });
    return Promise.race([this.#end(), late]).finally(() => clearTimeout(timer));
  }

  async #end(): Promise<HeddleEnd> {
    const { exitCode, signal, stdout, stderr } = await this.#child;
    return { exitCode, signal, stdout, stderr };
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function startHeddle(words: readonly string[], cwd: string, env: NodeJS.ProcessEnv) {
  return execa(program, words, { cwd, reject: false, stdin: 'ignore', env });
}
