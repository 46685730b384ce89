import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findAnsible } from '@heddle/adapter-ansible';
import { findChefSolo, findRuby } from '@heddle/adapter-chef';
import { HeddleError, toHeddleError } from '@heddle/core';
import type { Found } from '../views/doctor.ts';

const run = promisify(execFile);
/** Milliseconds that a program may take to tell its version; Chef loads half of itself for that. */
const timeoutMs = 30_000;

/** Find the programs that roles may need, Chef left out, as the agents do, and ask each for its version. */
export async function findPrograms(
  directory: string,
): Promise<Readonly<Record<'ruby' | 'ansible' | 'python' | 'flock', Found>>> {
  const [ruby, ansible, python, flock] = await Promise.all([
    tell(
      async () =>
        (await findRuby(undefined, directory, process.env)) ??
        notInstalled('ruby', 'apt-get install ruby, or a package of Chef'),
    ),
    tell(() => findAnsible(undefined, directory, process.env)),
    tell(async () => 'python3', 'apt-get install python3'),
    tell(async () => 'flock', 'apt-get install util-linux'),
  ]);
  return { ruby, ansible, python, flock };
}

/**
 * Find the chef-solo of a role, and ask it for its version.
 *
 * @param program  The role's own; undefined: the one that roles without their own run with.
 */
export async function tellChef(program: string | undefined, directory: string): Promise<Found> {
  return telling(async () => {
    const { command, environment } = await findChefSolo(program, directory, process.env);
    const { BUNDLE_GEMFILE: gemfile } = environment;
    const path = gemfile === undefined ? command.join(' ') : `${command.join(' ')}, ${gemfile}`;
    return { path, version: await versionOf(command, { cwd: directory, environment }) };
  });
}

async function tell(find: () => Promise<string>, install?: string): Promise<Found> {
  return telling(async () => {
    const path = await find();
    return { path, version: await versionOf([path], { install }) };
  });
}

async function telling(look: () => Promise<Found>): Promise<Found> {
  try {
    return await look();
  } catch (thrown) {
    return { error: toHeddleError(thrown).toJSON() };
  }
}

interface Asking {
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly install?: string | undefined;
}

async function versionOf(command: readonly [string, ...string[]], { cwd, environment, install }: Asking) {
  const [program, ...words] = command;
  const options = {
    timeout: timeoutMs,
    env: { ...process.env, ...environment },
    ...(cwd === undefined ? {} : { cwd }),
  };
  try {
    const { stdout, stderr } = await run(program, [...words, '--version'], options);
    return versionIn(stdout || stderr);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') notInstalled(program, install ?? `install ${program}`);
    const message = `${command.join(' ')} --version does not work: ${firstLine((cause as Error).message)}`;
    throw new HeddleError('tool-missing', message, { cause });
  }
}

function notInstalled(program: string, install: string): never {
  throw new HeddleError('tool-missing', `no ${program} on the PATH`, { next: [install] });
}

/** The first number with dots in it; else the first line. */
function versionIn(text: string): string {
  return /\d+(?:\.\d+)+\S*?(?=[\s\])]|$)/m.exec(text)?.[0] ?? firstLine(text);
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}
