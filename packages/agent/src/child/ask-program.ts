import { type ExecFileException, execFile } from 'node:child_process';

export interface AskOptions {
  readonly directory: string;
  /** All of its environment. */
  readonly environment: NodeJS.ProcessEnv;
  /** Milliseconds after which it is killed. @default no limit */
  readonly timeoutMs?: number;
}

/** What a program said. */
export interface Asked {
  readonly stdout: string;
  readonly stderr: string;
  /** Null when it was killed or could not be started. */
  readonly exitCode: number | null;
  readonly timedOut: boolean;
  /** Why it did not end well, in Node's words; empty when it did. */
  readonly message: string;
}

/** More than any tool says of itself, in bytes. */
const mostOutputBytes = 64 * 1024 * 1024;

/** Run a program that tells something of itself, without an input, to its end. Rejects for nothing that the program does. */
export function askProgram(
  program: string,
  words: readonly string[],
  { directory: cwd, environment: env, timeoutMs: timeout }: AskOptions,
): Promise<Asked> {
  return new Promise((resolve) => {
    const options = {
      cwd,
      env,
      maxBuffer: mostOutputBytes,
      killSignal: 'SIGKILL',
      ...(timeout && { timeout }),
    } as const;
    // Once it is killed its pipes are given up: a command that it has started may keep them open.
    const child = execFile(program, words, options, (error: ExecFileException | null, stdout, stderr) => {
      resolve({
        stdout,
        stderr,
        exitCode: error === null ? 0 : typeof error.code === 'number' ? error.code : null,
        // One that said too much is killed, too, and has a code.
        timedOut: error?.killed === true && error.code === null,
        message: error?.message ?? '',
      });
    });
    child.stdin?.end();
  });
}
