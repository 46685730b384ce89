import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { HeddleError } from '@heddle/core';

const PAUSE_MS = 25;
const MAX_OUTPUT = 4096;

/** A program that serves until it is ended; it also ends with the process that started it. */
export interface ServerProcess {
  readonly pid: number;
  /** False once it has ended, for whatever reason. */
  readonly isRunning: boolean;
  /** Freeze it with SIGSTOP; resolves when no thread of it runs any more. */
  freeze(): Promise<void>;
  /** Let a frozen one go on. */
  thaw(): void;
  /** End it with SIGKILL, if it still runs, and wait for that. */
  kill(): Promise<void>;
}

export interface ServerProcessOptions {
  /** For messages. */
  readonly name: string;
  readonly program: string;
  readonly words: readonly string[];
  /** Replaces the environment. @default this process's */
  readonly env?: NodeJS.ProcessEnv;
  /** Asked again and again until it answers true; a rejection counts as "not yet". */
  readonly isReady: () => Promise<boolean>;
  /** The command that installs what is missing when the program cannot be started. */
  readonly install: string;
  /** Milliseconds, > 0, until it has to be ready. @default 60_000 */
  readonly startTimeoutMs?: number;
}

/**
 * Start a server and wait until it is ready.
 *
 * @throws tool-missing when the program is not there; unavailable when it ended or is not ready in time, with its last output.
 */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const { name, program, words, env = process.env, install, startTimeoutMs = 60_000 } = options;
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', program, ...words], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = collectOutput(child);
  const state: { isRunning: boolean; failure?: Error } = { isRunning: true };
  const ended = new Promise<void>((resolve) => {
    const end = (): void => {
      state.isRunning = false;
      resolve();
    };
    child.once('error', (error) => {
      state.failure = error;
      end();
    });
    child.once('close', end);
  });
  const server: ServerProcess = {
    pid: child.pid ?? 0,
    get isRunning() {
      return state.isRunning;
    },
    async freeze() {
      child.kill('SIGSTOP');
      while (state.isRunning && !isFrozen(child.pid)) await sleep(1);
    },
    thaw: () => void child.kill('SIGCONT'),
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
  const startMs = performance.now();
  while (state.isRunning) {
    if (await options.isReady().catch(() => false)) return server;
    if (performance.now() - startMs > startTimeoutMs) {
      await server.kill();
      throw new HeddleError('unavailable', `${name} was not ready within ${startTimeoutMs} ms: ${output()}`);
    }
    await Promise.race([ended, sleep(PAUSE_MS)]);
  }
  if (state.failure || child.exitCode === 127) {
    throw new HeddleError('tool-missing', `${name} cannot be started: ${state.failure?.message ?? output()}`, {
      next: [install],
      cause: state.failure,
    });
  }
  throw new HeddleError('unavailable', `${name} ended while it started, exit ${child.exitCode}: ${output()}`);
}

function isFrozen(pid: number | undefined): boolean {
  try {
    return /^State:\s+[TtZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    // Without a process there is nothing that could answer.
    return true;
  }
}

/** Keep the last of what a process says. */
function collectOutput(child: ChildProcess): () => string {
  let text = '';
  const collect = (chunk: Buffer): void => {
    text = (text + chunk.toString()).slice(-MAX_OUTPUT);
  };
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  return () => text.trim();
}
