import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

/** The gem that brings chef-solo: a bundle with `chef` alone, as ChefSpec and Test Kitchen want it, has no programs. */
const programGem = 'chef-bin';

/**
 * Find the Gemfile whose bundle brings a chef-solo: the one that BUNDLE_GEMFILE names, else the one beside the deployment file.
 *
 * @param directory  The folder of the deployment file, absolute.
 * @returns An absolute path; undefined when neither brings one.
 */
export async function findBundle(directory: string, environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  const named = environment['BUNDLE_GEMFILE'];
  const gemfile = named === undefined || named === '' ? join(directory, 'Gemfile') : resolve(directory, named);
  return (await bringsPrograms(gemfile)) ? gemfile : undefined;
}

/** What bundler has resolved counts; before it has, what the Gemfile itself asks for. */
async function bringsPrograms(gemfile: string): Promise<boolean> {
  const asked = await readIfThere(gemfile);
  if (asked === undefined) return false;
  const locked = await readIfThere(lockFile(gemfile));
  if (locked !== undefined) return new RegExp(`^ {4}${programGem} \\(`, 'm').test(locked);
  return new RegExp(`^\\s*gem[ (]+["']${programGem}["']`, 'm').test(asked);
}

function lockFile(gemfile: string): string {
  return basename(gemfile) === 'gems.rb' ? join(dirname(gemfile), 'gems.locked') : `${gemfile}.lock`;
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
