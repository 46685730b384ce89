import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { HeddleError } from '@heddle/core';
import { cutText, type OutputEnd, restOfOutput } from './rest-of-output.ts';
import type { PreparedTool } from './tool.ts';

/** Bytes of one stream that are kept: about what a store takes as a value. */
const mostBytes = 1024 * 1024;

/** How a tool ended. */
export interface Captured {
  /** Of a tool that a signal ended 128 and its number, as shells have it. */
  readonly exitCode: number;
  /** Undefined when it is longer than 1 MiB: a part of it would be another value. */
  readonly stdout: string | undefined;
  readonly stderr: string | undefined;
}

/**
 * Run a tool in a folder; what it prints is passed on and kept, also what processes that it has started print within a short time after its end.
 *
 * @throws config-invalid when it cannot be started, as a script whose interpreter is not there; one without a first line #! is run by sh.
 */
export function capture({ command, environment }: PreparedTool, folder: string): Promise<Captured> {
  return new Promise((resolve, reject) => {
    const [program, ...words] = command;
    const child = spawn(program, words, { cwd: folder, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    const [stdout, stderr] = [new Kept(), new Kept()];
    child.stdout.on('data', (chunk: Buffer) => stdout.add(chunk)).pipe(process.stdout, { end: false });
    child.stderr.on('data', (chunk: Buffer) => stderr.add(chunk)).pipe(process.stderr, { end: false });
    // The agent signals all processes of the run: this one stays to tell how the tool ended.
    const ignore = () => undefined;
    process.on('SIGTERM', ignore);
    child.once('error', (cause) => {
      process.off('SIGTERM', ignore);
      const next = ['let the first line of the script name an interpreter that the machine has: #!/bin/sh'];
      reject(new HeddleError('config-invalid', `${program} cannot be started: ${cause.message}`, { cause, next }));
    });
    child.once('exit', (code, signal) => {
      const exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
      const settle = (end: OutputEnd) => {
        process.off('SIGTERM', ignore);
        child.stdout.destroy();
        child.stderr.destroy();
        const cut = cutText(end);
        if (cut !== undefined) process.stderr.write(`${cut}\n`);
        resolve({ exitCode, stdout: stdout.text, stderr: stderr.text });
      };
      restOfOutput(child).then(settle, reject);
    });
  });
}

class Kept {
  readonly #chunks: Buffer[] = [];
  #sizeBytes = 0;

  add(chunk: Buffer): void {
    this.#sizeBytes += chunk.length;
    if (this.#sizeBytes <= mostBytes) this.#chunks.push(chunk);
  }

  get text(): string | undefined {
    return this.#sizeBytes > mostBytes ? undefined : Buffer.concat(this.#chunks).toString('utf8');
  }
}
