import { spawn } from 'node:child_process';
import { access } from 'node:fs/promises';
import { type Clock, delay, HeddleError } from '@heddle/core';

/** The body of a signal to a WaitCondition of Heat. */
export interface BootSignal {
  readonly status: 'SUCCESS' | 'FAILURE';
  readonly reason: string;
  /** JSON text: the reported outputs by name. */
  readonly data: string;
  /** The node. */
  readonly id: string;
}

export interface SignalOptions {
  /** The program that sends it; it reads the body from its standard input. */
  readonly program: string;
  readonly clock: Clock;
  readonly say: (line: string) => void;
}

/** Bytes; Heat keeps what a signal says in a row of its database, and takes no body of more than 1 MiB. */
export const maxSignalBytes = 128 * 1024;

/** Pauses before the second and every later try, in ms. */
const pausesMs = [1000, 5000] as const;
/** A program that is not done by then is ended, in ms; it may try several times itself. */
const limitMs = 300_000;

/** True when there is a program to signal with. */
export async function canSignal(program: string): Promise<boolean> {
  try {
    await access(program);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/**
 * Tell how the boot ended; tried up to three times.
 *
 * @throws unavailable when no try got through.
 */
export async function sendSignal(signal: BootSignal, { program, clock, say }: SignalOptions): Promise<void> {
  const body = JSON.stringify(signal);
  for (const pauseMs of [...pausesMs, undefined]) {
    const problem = await trySignal(program, body);
    if (problem === undefined) return;
    if (pauseMs === undefined) {
      throw new HeddleError('unavailable', `the signal ${signal.status} cannot be sent: ${problem}`, {
        next: [`look at ${program}`],
      });
    }
    say(`the signal did not get through, the next try is in ${pauseMs / 1000} s: ${problem}`);
    await delay(clock, pauseMs);
  }
}

/** Resolve with what went wrong, if anything. */
function trySignal(program: string, body: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(program, [], {
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: limitMs,
      killSignal: 'SIGKILL',
    });
    const said = { out: '', err: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (said.out.length < 10_000) said.out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (said.err.length < 10_000) said.err += text;
    });
    // A program that does not read says by its exit code what that means.
    child.stdin.once('error', () => undefined);
    child.stdin.end(body);
    child.once('error', (error) => resolve(`${program} cannot be started: ${error.message}`));
    child.once('close', (code, ending) => {
      // curl without --fail ends well whatever the server says; with -i it shows what that was.
      const answer = /^HTTP\/\S+ ([45]\d\d.*)$/m.exec(said.out)?.[1]?.trim();
      if (code === 0) return resolve(answer === undefined ? undefined : `the server answers ${answer}`);
      const how = code === null ? `was ended by ${ending}` : `exit code ${code}`;
      const why = said.err.trim().split('\n').at(-1) ?? '';
      resolve(`${program}: ${how}${why === '' ? '' : `: ${why}`}`);
    });
  });
}
