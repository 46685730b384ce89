import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeWorkingFolder } from '@heddle/agent';
import { type Clock, type ErrorData, formatDuration, formatError, isoTime } from '@heddle/core';

/** The parts of a boot, in their order. */
export type BootStep = 'place' | 'credentials' | 'content' | 'store' | 'roles' | 'report' | 'signal';

/** `boot.json`: what a boot did and how long each part took. Holds no values. */
export interface BootRecord {
  readonly heddleBoot: 1;
  /** 1 for the first boot of the machine. */
  readonly run: number;
  readonly deployment?: string;
  readonly epoch?: string;
  readonly node?: string;
  /** ISO 8601 times. */
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly steps: readonly { readonly step: BootStep; readonly startedAt: string; readonly durationMs: number }[];
  readonly status?: 'SUCCESS' | 'FAILURE';
  readonly exitCode?: number;
}

const mask = '********';

/** Prints a line for each part of a boot and keeps `boot.json`. */
export class BootLog {
  readonly #clock: Clock;
  readonly #directory: string;
  readonly #secrets = new Set<string>();
  #record: BootRecord;

  constructor(directory: string, clock: Clock) {
    this.#directory = directory;
    this.#clock = clock;
    this.#record = { heddleBoot: 1, run: 1, startedAt: isoTime(clock), steps: [] };
  }

  /** Make the folder and look what an earlier boot of this machine left. Throws what keeps the folder from being written. */
  async begin(): Promise<void> {
    makeWorkingFolder(this.#directory);
    const earlier = await this.#earlier();
    if (earlier !== undefined) {
      const how = earlier.exitCode === undefined ? 'did not end' : `ended with exit code ${earlier.exitCode}`;
      this.say(
        `boot ${earlier.run} of this machine, begun at ${earlier.startedAt}, ${how}: what has not ended well runs again`,
      );
      this.#record = { ...this.#record, run: earlier.run + 1 };
    }
    await this.#save();
  }

  /** 1 for the first boot of the machine. */
  get run(): number {
    return this.#record.run;
  }

  /** Learn texts that are to be in no line from now on. */
  hide(secrets: readonly string[]): void {
    for (const secret of secrets) this.#secrets.add(secret);
  }

  readonly masked = (text: string): string => {
    let masked = text;
    for (const secret of this.#secrets) masked = masked.replaceAll(secret, mask);
    return masked;
  };

  readonly say = (text: string): void => {
    process.stdout.write(`heddle boot: ${this.masked(text)}\n`);
  };

  fail(error: ErrorData): void {
    process.stderr.write(`heddle boot: ${this.masked(formatError(error))}\n`);
  }

  note(fields: Partial<Omit<BootRecord, 'steps'>>): void {
    this.#record = { ...this.#record, ...fields };
  }

  /** Do one part, and tell how long it took, however it ends. */
  async step<T>(step: BootStep, run: () => Promise<T>): Promise<T> {
    const startedAt = isoTime(this.#clock);
    const startMs = this.#clock.monotonicMs();
    let end = 'failed after';
    try {
      const result = await run();
      end = 'took';
      return result;
    } finally {
      const durationMs = Math.round(this.#clock.monotonicMs() - startMs);
      this.say(`${step} ${end} ${formatDuration(durationMs)}`);
      this.#record = { ...this.#record, steps: [...this.#record.steps, { step, startedAt, durationMs }] };
      await this.#save();
    }
  }

  async end(status: 'SUCCESS' | 'FAILURE', exitCode: number): Promise<void> {
    this.note({ status, exitCode, endedAt: isoTime(this.#clock) });
    await this.#save();
  }

  /** Leave the mark by which the unit does not start again: whoever had to be told of the end was told. */
  async markEnded(): Promise<void> {
    const mark = join(this.#directory, 'ended');
    try {
      await writeFile(mark, '', { mode: 0o600 });
    } catch (error) {
      this.say(`${mark} cannot be written: ${(error as Error).message}`);
    }
  }

  get #file(): string {
    return join(this.#directory, 'boot.json');
  }

  async #earlier(): Promise<BootRecord | undefined> {
    try {
      return JSON.parse(await readFile(this.#file, 'utf8')) as BootRecord;
    } catch (error) {
      // Only a line of the log depends on it.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.say(`an earlier ${this.#file} cannot be read`);
      return undefined;
    }
  }

  /** A machine whose disk is full still has to tell the end of its boot. */
  async #save(): Promise<void> {
    const partial = `${this.#file}.partial`;
    try {
      await writeFile(partial, `${JSON.stringify(this.#record, null, 2)}\n`, { mode: 0o600 });
      await rename(partial, this.#file);
    } catch (error) {
      this.say(`${this.#file} cannot be written: ${(error as Error).message}`);
    }
  }
}
