import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { HeddleError } from '@heddle/core';
import type { PreparedTool } from './tool.ts';

/** Bytes of one stream that are kept: about what a store takes as a value. */
const mostBytes = 1024 * 1024;
/** A daemon that a script has started may keep the output open: reading ends this long after the script itself, in ms. */
const drainMs = 300;

/** How a tool ended. */
export interface Captured {
  /** Of a tool that a signal ended 128 and its number, as shells have it. */
  readonly exitCode: number;
  /** Undefined when it is longer than 1 MiB: a part of it would be another value. */
  readonly stdout: string | undefined;
  readonly stderr: string | undefined;
}

/**
 * Run a tool in a folder; what it prints is passed on and kept.
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
      const done = () => {
        clearTimeout(drain);
        process.off('SIGTERM', ignore);
        child.stdout.destroy();
        child.stderr.destroy();
        resolve({ exitCode, stdout: stdout.text, stderr: stderr.text });
      };
      const drain = setTimeout(done, drainMs);
      child.once('close', done);
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
