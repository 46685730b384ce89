import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A Node process that runs a script; its standard error is that of this process. */
export interface ScriptProcess {
  readonly pid: number;
  /** Wait for the next line on its standard output; undefined at its end. */
  line(): Promise<string | undefined>;
  /** All lines that have come and were not taken, after the process has ended. */
  rest(): Promise<string[]>;
  /** Its exit code when it has ended by itself; null when a signal ended it. */
  exitCode(): Promise<number | null>;
  /** Write a line to its standard input. */
  say(line: string): void;
  stop(): void;
  continue(): void;
  /** End it with SIGKILL and wait for that. */
  kill(): Promise<void>;
}

/**
 * Run a script in a process of its own; it may import and await at its top level.
 *
 * @param prefix  A command that runs it, e.g. `prlimit`.
 */
export function runScript(script: string, prefix: readonly string[] = []): ScriptProcess {
  const [program, ...words] = [...prefix, process.execPath, '--input-type=module', '--eval', script];
  const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit'] });
  // Whoever writes to a process that has ended learns of it by its lines.
  child.stdin.on('error', () => undefined);
  const ended = once(child, 'close') as Promise<[number | null]>;
  const lines: string[] = [];
  const waiting: ((line: string | undefined) => void)[] = [];
  let partial = '';
  let isEnded = false;
  child.stdout.on('data', (chunk: Buffer) => {
    const parts = (partial + chunk.toString()).split('\n');
    partial = parts.pop() ?? '';
    lines.push(...parts);
    while (lines.length > 0 && waiting.length > 0) waiting.shift()?.(lines.shift());
  });
  child.once('close', () => {
    isEnded = true;
    for (const resolve of waiting) resolve(undefined);
  });
  return {
    pid: child.pid ?? 0,
    async line() {
      if (lines.length > 0 || isEnded) return lines.shift();
      return new Promise((resolve) => waiting.push(resolve));
    },
    async rest() {
      await ended;
      return lines.splice(0);
    },
    exitCode: async () => (await ended)[0],
    say: (line) => void child.stdin.write(`${line}\n`),
    stop: () => void child.kill('SIGSTOP'),
    continue: () => void child.kill('SIGCONT'),
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
