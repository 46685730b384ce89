import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findAnsible } from '@heddle/adapter-ansible';
import { findChefSolo, findRuby } from '@heddle/adapter-chef';
import { HeddleError, toHeddleError } from '@heddle/core';
import type { Found } from '../views/doctor.ts';

const run = promisify(execFile);
/** Milliseconds that a program may take to tell its version; Chef loads half of itself for that. */
const timeoutMs = 30_000;

/** Find the programs that roles may need, as the agents do, and ask each for its version. */
export async function findPrograms(
  directory: string,
): Promise<Readonly<Record<'chef' | 'ruby' | 'ansible' | 'python' | 'flock', Found>>> {
  const [chef, ruby, ansible, python, flock] = await Promise.all([
    tell(() => findChefSolo(undefined, directory, process.env)),
    tell(
      async () =>
        (await findRuby(undefined, directory, process.env)) ??
        notInstalled('ruby', 'apt-get install ruby, or a package of Chef'),
    ),
    tell(() => findAnsible(undefined, directory, process.env)),
    tell(async () => 'python3', 'apt-get install python3'),
    tell(async () => 'flock', 'apt-get install util-linux'),
  ]);
  return { chef, ruby, ansible, python, flock };
}

async function tell(find: () => Promise<string>, install?: string): Promise<Found> {
  try {
    const path = await find();
    try {
      const { stdout, stderr } = await run(path, ['--version'], { timeout: timeoutMs });
      return { path, version: versionIn(stdout || stderr) };
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') notInstalled(path, install ?? `install ${path}`);
      throw new HeddleError('tool-missing', `${path} --version does not work: ${firstLine((cause as Error).message)}`, {
        cause,
      });
    }
  } catch (thrown) {
    return { error: toHeddleError(thrown).toJSON() };
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
