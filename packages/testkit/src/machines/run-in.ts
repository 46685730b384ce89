import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { HeddleError } from '@heddle/core';
import type { CommandOptions, Machine } from './types.ts';

export interface RunInOptions extends CommandOptions {
  /** What the command reads from its standard input. @default nothing */
  readonly input?: string;
}

export interface RunInResult {
  readonly exitCode: number | undefined;
  /** Standard output and standard error, in the order in which they came. */
  readonly output: string;
}

/** The folders of a machine's programs; nothing of the caller's environment comes along. */
const environment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  LC_ALL: 'C.UTF-8',
};

/** Run a command in a machine to its end, with an environment like that of a freshly booted one. Exit codes are results. */
export async function runIn(
  machine: Machine,
  argv: readonly string[],
  options: RunInOptions = {},
): Promise<RunInResult> {
  const [program = '', ...words] = machine.command(argv, options);
  const child = spawn(program, words, { env: environment });
  const pieces: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => pieces.push(piece));
  // A command that does not read its input may be gone before it is written.
  child.stdin.on('error', () => undefined).end(options.input ?? '');
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return {
    exitCode: exitCode ?? undefined,
    output: Buffer.concat(pieces)
      .toString('utf8')
      .replace(/\r?\n$/, ''),
  };
}

/**
 * Write a file inside a machine, with its folders; an overlay's layers must not be written to from outside while it is mounted.
 *
 * @param mode  Octal, for chmod. @default '644'
 * @throws HeddleError `unexpected` with what the machine said.
 */
export async function writeIn(machine: Machine, path: string, text: string, mode = '644'): Promise<void> {
  const script = 'set -e; mkdir -p "${1%/*}"; umask 077; cat >"$1.new"; chmod "$2" "$1.new"; mv "$1.new" "$1"';
  const { exitCode, output } = await runIn(machine, ['sh', '-c', script, 'write', path, mode], { input: text });
  if (exitCode !== 0) throw new HeddleError('unexpected', `${machine.name}: cannot write ${path}: ${output.trim()}`);
}
