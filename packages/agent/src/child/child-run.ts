import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { HeddleError } from '@heddle/core';
import type { PreparedRun, RunExit } from '../adapters/adapter.ts';
import type { OutputLines } from './output-lines.ts';
import { killQuietly, killSurvivors, runVariable } from './survivors.ts';

/** Words that run a command inside a node's machine; without a machine there are none. */
export interface MachineEntry {
  /** Put before the command; `{}` in one of them is replaced by the working directory. */
  readonly prefix: readonly string[];
}

export interface ChildRunOptions {
  readonly run: string;
  readonly prepared: PreparedRun;
  readonly environment: NodeJS.ProcessEnv;
  readonly output: Pick<OutputLines, 'take'>;
  readonly machine?: MachineEntry;
}

/** Time for a run to stop in order before it is killed, in ms. */
export const stopGraceMs = 3000;
/** A daemon that a role started may keep the output open: reading ends this long after the run itself, in ms. */
const drainMs = 300;

/** One CM run as a process group that cannot outlive the agent. */
export class ChildRun {
  readonly #options: ChildRunOptions;
  readonly #child: ChildProcess;
  readonly exit: Promise<Omit<RunExit, 'tail'>>;
  #killTimer: NodeJS.Timeout | undefined;
  #isExited = false;

  constructor(options: ChildRunOptions) {
    this.#options = options;
    const { prepared, machine } = options;
    // The kernel ends the run when the agent is killed; --fork in a machine makes a second process, which needs the same.
    const guard = ['setpriv', '--pdeathsig', 'KILL', '--'];
    const inside =
      machine === undefined ? [] : [...machine.prefix, 'env', '--chdir', prepared.workingDirectory, ...guard];
    const words = [...guard, ...inside, ...prepared.command];
    this.#child = spawn(words[0] as string, words.slice(1), {
      cwd: machine === undefined ? prepared.workingDirectory : '/',
      env: { ...options.environment, ...prepared.environment, [runVariable]: options.run },
      stdio: [prepared.stdin ?? 'ignore', 'pipe', 'pipe'],
      detached: true,
    });
    for (const name of ['stdout', 'stderr'] as const) {
      const stream = this.#child[name];
      if (stream !== null) options.output.take(stream, name);
    }
    this.exit = this.#waitForExit();
  }

  /** Ask the run to stop, and kill it after `stopGraceMs`. */
  stop(signal: NodeJS.Signals): void {
    if (this.#isExited || this.#child.pid === undefined) return;
    killQuietly(-this.#child.pid, signal);
    this.#killTimer ??= setTimeout(() => this.#kill(), stopGraceMs);
  }

  #kill(): void {
    if (this.#child.pid !== undefined && !this.#isExited) killQuietly(-this.#child.pid);
    killSurvivors(this.#options.run).catch(() => this.#child.kill('SIGKILL'));
  }

  #waitForExit(): Promise<Omit<RunExit, 'tail'>> {
    return new Promise((resolve, reject) => {
      this.#child.once('error', (cause: NodeJS.ErrnoException) => reject(startError(this.#options.prepared, cause)));
      this.#child.once('exit', (exitCode, signal) => {
        this.#isExited = true;
        clearTimeout(this.#killTimer);
        const done = () => {
          clearTimeout(drain);
          this.#child.stdout?.destroy();
          this.#child.stderr?.destroy();
          resolve({ exitCode, signal });
        };
        const drain = setTimeout(done, drainMs);
        this.#child.once('close', done);
      });
    });
  }
}

function startError(prepared: PreparedRun, cause: NodeJS.ErrnoException): HeddleError {
  // Node blames the program for a working directory that is not there.
  if (!existsSync(prepared.workingDirectory)) {
    return new HeddleError(
      'config-invalid',
      `the folder ${prepared.workingDirectory} of the deployment file is not on this machine`,
      {
        cause,
        next: ['bring the folder of the deployment file to the same place on every machine'],
      },
    );
  }
  const program = cause.path === 'setpriv' ? 'setpriv' : prepared.command[0];
  return new HeddleError('tool-missing', `${program} cannot be started: ${cause.message}`, {
    cause,
    next: [
      program === 'setpriv'
        ? 'apt-get install util-linux'
        : `install ${program}, or correct the role in the deployment file`,
    ],
  });
}
