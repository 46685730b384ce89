import { constants } from 'node:fs';
import { chmod, mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';

/** The heddle command of this checkout; it runs what `npm run build` built. */
export const heddleProgram = fileURLToPath(new URL('../../bin/heddle', import.meta.url));

const mark = 'HEDDLE_CLI_TEST';

export interface Result {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** A heddle command that runs. */
export interface Running {
  readonly end: Promise<Result>;
  /** Resolve with the first line of output that matches, also an earlier one; reject when it ends without. */
  line(pattern: RegExp): Promise<string>;
  kill(signal: 'SIGINT' | 'SIGTERM'): void;
}

/** A folder of a test with a deployment in it; `remove` ends what was started there. */
export class Workspace {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  /** Make a folder with these files; one that begins with `#!` becomes executable. The caller removes it. */
  static async create(files: Readonly<Record<string, string>>): Promise<Workspace> {
    const workspace = new Workspace(await mkdtemp(join(tmpdir(), 'heddle-cli-')));
    for (const [name, text] of Object.entries(files)) await workspace.write(name, text);
    return workspace;
  }

  /** As `create`; removed when the test ends. */
  static async forTest(files: Readonly<Record<string, string>>): Promise<Workspace> {
    const workspace = await Workspace.create(files);
    onTestFinished(() => workspace.remove());
    return workspace;
  }

  async write(name: string, text: string): Promise<void> {
    const path = join(this.directory, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    if (text.startsWith('#!')) await chmod(path, 0o755);
  }

  read(name: string): Promise<string> {
    return readFile(join(this.directory, name), 'utf8');
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  /** Run heddle to its end in the folder. */
  heddle(...words: readonly string[]): Promise<Result> {
    return this.start(words).end;
  }

  /** Start heddle in the folder; undefined takes a variable out of the environment, and `pipe` is an input that does not end. */
  start(words: readonly string[], environment: NodeJS.ProcessEnv = {}, stdin: 'ignore' | 'pipe' = 'ignore'): Running {
    const env = { ...cleanEnvironment, [mark]: this.directory, ...environment };
    return running(startHeddle(words, this.directory, env, stdin));
  }

  /** Make a named pipe at which a role waits (`read line < NAME`) until the returned function is called. */
  async gate(name: string): Promise<() => Promise<void>> {
    await execa('mkfifo', [this.path(name)]);
    // Open for both, so that neither opening nor writing waits for the reader, and what is written stays for it.
    const pipe = await open(this.path(name), constants.O_RDWR | constants.O_NONBLOCK);
    onTestFinished(() => pipe.close());
    return async () => void (await pipe.write('go\n'));
  }

  /** The command lines of every process that was started here, words separated by spaces. */
  async commands(): Promise<string[]> {
    const read = (pid: number) => readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '');
    const lines = await Promise.all((await this.#processes()).map(read));
    return lines.map((line) => line.split('\0').join(' '));
  }

  /** End every process that was started here, and remove the folder. */
  async remove(): Promise<void> {
    for (let left = await this.#processes(); left.length > 0; left = await this.#processes()) {
      for (const pid of left) end(pid);
    }
    await rm(this.directory, { recursive: true, force: true });
  }

  async #processes(): Promise<number[]> {
    const found: number[] = [];
    for (const name of await readdir('/proc')) {
      if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
      // One that has ended meanwhile, or is another user's, is none of ours.
      const environment = await readFile(`/proc/${name}/environ`, 'latin1').catch(() => '');
      if (`\0${environment}\0`.includes(`\0${mark}=${this.directory}\0`)) found.push(Number(name));
    }
    return found;
  }
}

const cleanEnvironment: NodeJS.ProcessEnv = {
  HEDDLE_STORE: undefined,
  HEDDLE_DEPLOYMENT: undefined,
  HEDDLE_NODE: undefined,
  HEDDLE_EPOCH: undefined,
  HEDDLE_SOCKET: undefined,
  HEDDLE_ROLE: undefined,
  HEDDLE_RUN: undefined,
  NO_COLOR: '1',
};

function startHeddle(words: readonly string[], cwd: string, env: NodeJS.ProcessEnv, stdin: 'ignore' | 'pipe') {
  return execa(heddleProgram, words, { cwd, reject: false, stdin, stripFinalNewline: false, env });
}

function running(child: ReturnType<typeof startHeddle>): Running {
  const lines: string[] = [];
  const listeners = new Set<() => void>();
  let hasEnded = false;
  const tell = () => listeners.forEach((listener) => listener());
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      tell();
    });
  }
  const ended = child.then(({ exitCode, signal, stdout, stderr }): Result => {
    hasEnded = true;
    tell();
    return { exitCode, signal, stdout, stderr };
  });
  return {
    end: ended,
    kill: (signal) => void child.kill(signal),
    line: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const line = lines.find((candidate) => pattern.test(candidate));
          if (line === undefined && !hasEnded) return;
          listeners.delete(look);
          if (line === undefined)
            reject(new Error(`no line ${pattern} before the end; the output is:\n${lines.join('\n')}`));
          else resolve(line);
        };
        listeners.add(look);
        look();
      }),
  };
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** A shell script that stops at the first command that fails. */
export function script(...lines: readonly string[]): string {
  return ['#!/bin/sh', 'set -e', ...lines, ''].join('\n');
}
