import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { addAbortSignal } from 'node:stream';
import { formatDuration, HeddleError } from '@heddle/core';

/** Where the outputs of a stack are read: a command for the shell, a file, or standard input. */
export type OutputsSource =
  | { readonly kind: 'command'; readonly command: string }
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'stdin' };

/** What there is to read now: text, or why there is none yet. */
export type OutputsText = { readonly text: string } | { readonly notYet: string };

/** More than the outputs of a stack: Heat's own answers are at most this long, in bytes. */
const maxSizeBytes = 8 * 1024 * 1024;
/** What a shell ends with when there is no such program. */
const noProgram = 127;

/** Read `--outputs-from`: `-` is standard input, text with a blank is a command for the shell, anything else is a file. */
export function outputsSource(text: string): OutputsSource {
  if (text === '-') return { kind: 'stdin' };
  return /\s/.test(text) ? { kind: 'command', command: text } : { kind: 'file', file: text };
}

/** The command of OpenStack's own client that tells the outputs of a stack. */
export function openstackCommand(stack: string): string {
  return `openstack stack output show --all -f json ${stack}`;
}

/**
 * Read the source once. A command that fails, or a file that is not there, is no error: the stack may not be there yet.
 *
 * @param timeoutMs  Milliseconds that a command, or whoever writes to standard input, may take, > 0.
 * @throws tool-missing when the shell finds no such program; config-invalid when a file cannot be read; the signal's reason.
 */
export async function readSource(source: OutputsSource, timeoutMs: number, signal: AbortSignal): Promise<OutputsText> {
  switch (source.kind) {
    case 'stdin':
      return stdinText(timeoutMs, signal);
    case 'file':
      return fileText(source.file);
    case 'command':
      return commandText(source.command, timeoutMs, signal);
  }
}

/** A timer of Node takes no more, in milliseconds. */
const longestTimerMs = 2 ** 31 - 1;

async function stdinText(timeoutMs: number, signal: AbortSignal): Promise<OutputsText> {
  // Not AbortSignal.timeout: within AbortSignal.any nothing keeps it alive, and it may never fire (nodejs/node#57736).
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), Math.min(timeoutMs, longestTimerMs));
  const stop = AbortSignal.any([signal, limit.signal]);
  try {
    return { text: await textOf(addAbortSignal(stop, process.stdin)) };
  } catch (thrown) {
    signal.throwIfAborted();
    if (!stop.aborted) throw thrown;
    return { notYet: `standard input did not end within ${formatDuration(timeoutMs)}` };
  } finally {
    clearTimeout(timer);
  }
}

async function fileText(file: string): Promise<OutputsText> {
  try {
    return { text: await readFile(file, 'utf8') };
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { notYet: `there is no file ${file}` };
    throw new HeddleError('config-invalid', `the outputs of the stack cannot be read: ${message}`, { cause });
  }
}

async function commandText(command: string, timeoutMs: number, signal: AbortSignal): Promise<OutputsText> {
  signal.throwIfAborted();
  // A group of its own: what the shell has started ends with it.
  const child = spawn('/bin/sh', ['-c', command], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const stop = () => endGroup(child);
  const timer = setTimeout(stop, timeoutMs);
  signal.addEventListener('abort', stop, { once: true });
  try {
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve(code));
    });
    const [exitCode, text, complaint] = await Promise.all([ended, textOf(child.stdout), textOf(child.stderr)]);
    signal.throwIfAborted();
    if (exitCode === 0) return { text };
    const said = complaint.trim().split('\n').at(-1)?.slice(0, 200) ?? '';
    if (exitCode === noProgram) {
      throw new HeddleError('tool-missing', `the outputs of the stack cannot be read: ${said}`, {
        next: ['--outputs-from takes another command, a file, or - for standard input'],
      });
    }
    const end = exitCode === null ? `was ended after ${Math.round(timeoutMs / 1000)} s` : `ended with ${exitCode}`;
    return { notYet: `the command ${end}${said === '' ? '' : `: ${said}`}` };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function textOf(stream: AsyncIterable<Buffer | string>): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of stream) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxSizeBytes) {
      throw new HeddleError('too-large', `the outputs of the stack have more than ${maxSizeBytes} bytes`);
    }
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks).toString('utf8');
}
