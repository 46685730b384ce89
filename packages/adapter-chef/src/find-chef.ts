import { access, constants, realpath } from 'node:fs/promises';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { HeddleError } from '@heddle/core';
import { checkoutPrograms } from './assets.ts';
import { findBundle } from './find-bundle.ts';

/** A chef-solo, and what it takes to run it. */
export interface ChefProgram {
  /** Its words; options follow. */
  readonly command: readonly [string, ...string[]];
  /** Added to the environment. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Where the packages of Chef and Cinc put their chef-solo, and a checkout its own. */
const usualPrograms = [
  '/opt/chef/bin/chef-solo',
  '/opt/cinc/bin/cinc-solo',
  ...inCheckout('chef-solo'),
] as readonly string[];

/**
 * Find the chef-solo to run: the role's own `program`, then HEDDLE_CHEF_SOLO, a Gemfile's, the PATH's, that of the packages of Chef and Cinc, and a
 * checkout's own.
 *
 * @param directory  The folder of the deployment file: a relative `program` resolves against it, and a Gemfile in it counts.
 * @param usual  Where to look last.
 * @throws tool-missing when there is none.
 */
export async function findChefSolo(
  program: string | undefined,
  directory: string,
  environment: NodeJS.ProcessEnv,
  usual: readonly string[] = usualPrograms,
): Promise<ChefProgram> {
  const named = program ?? environment['HEDDLE_CHEF_SOLO'];
  if (named !== undefined) {
    const path = named.includes('/') && !isAbsolute(named) ? resolve(directory, named) : named;
    const found = path.includes('/') ? await executable([path]) : await executable(onPath([path], environment));
    if (found !== undefined) return { command: [found], environment: {} };
    throw missing(`${named} is not an executable program`);
  }
  const gemfile = await findBundle(directory, environment);
  if (gemfile !== undefined) return bundled(gemfile, environment);
  const found = await executable([...onPath(['chef-solo', 'cinc-solo'], environment), ...usual]);
  if (found !== undefined) return { command: [found], environment: {} };
  throw missing(
    'no chef-solo and no cinc-solo on the PATH, in /opt/chef/bin or in /opt/cinc/bin',
    checkoutPrograms() === undefined ? [] : ["npm run demo  in Heddle's checkout installs one"],
  );
}

async function bundled(gemfile: string, environment: NodeJS.ProcessEnv): Promise<ChefProgram> {
  const bundle = await executable(onPath(['bundle'], environment));
  if (bundle === undefined) {
    throw new HeddleError(
      'tool-missing',
      `a Chef role cannot run: ${gemfile} brings chef-solo, and there is no bundle on the PATH`,
      {
        next: ['install bundler (gem install bundler), or set HEDDLE_CHEF_SOLO to another chef-solo'],
      },
    );
  }
  return { command: [bundle, 'exec', 'chef-solo'], environment: { BUNDLE_GEMFILE: gemfile } };
}

/** Where a ruby that is not on the PATH may be: in the packages of Chef and Cinc, and in a checkout. */
const usualRubies = ['/opt/chef/embedded/bin/ruby', '/opt/cinc/embedded/bin/ruby', ...inCheckout('chef-ruby')] as const;

/**
 * Find a ruby that can read a Chef configuration: the one on the PATH, the one that came with the chef-solo that will run, or another Chef's.
 *
 * @param program  The role's own chef-solo; a relative one resolves against `directory`.
 * @param usual  Where to look last.
 * @returns undefined when there is none.
 */
export async function findRuby(
  program: string | undefined,
  directory: string,
  environment: NodeJS.ProcessEnv,
  usual: readonly string[] = usualRubies,
): Promise<string | undefined> {
  return (
    (await executable(onPath(['ruby'], environment))) ??
    (await executable([...(await packagedRuby(program, directory, environment)), ...usual]))
  );
}

/** Where a package of Chef keeps the ruby of its chef-solo; the command on the PATH is often only a link to it. */
async function packagedRuby(
  program: string | undefined,
  directory: string,
  environment: NodeJS.ProcessEnv,
): Promise<string[]> {
  try {
    const { command } = await findChefSolo(program, directory, environment);
    return [resolve(dirname(await realpath(command[0])), '../embedded/bin/ruby')];
  } catch {
    // That there is no chef-solo is told by the run, which needs it.
    return [];
  }
}

function inCheckout(name: string): string[] {
  const folder = checkoutPrograms();
  return folder === undefined ? [] : [join(folder, name)];
}

function missing(why: string, more: readonly string[] = []): HeddleError {
  return new HeddleError('tool-missing', `a Chef role cannot run: ${why}`, {
    next: [
      "install Chef series 18 (gem install chef-bin -v '~> 18', or a Gemfile with it beside heddle.yaml), or set HEDDLE_CHEF_SOLO to its path",
      ...more,
    ],
  });
}

function onPath(names: readonly string[], environment: NodeJS.ProcessEnv): string[] {
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return names.flatMap((name) => folders.map((folder) => join(folder, name)));
}

async function executable(candidates: readonly string[]): Promise<string | undefined> {
  for (const candidate of candidates) {
    try {
      await access(candidate, constants.X_OK);
      return candidate;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code !== 'ENOENT' && code !== 'EACCES' && code !== 'ENOTDIR') throw error;
    }
  }
  return undefined;
}
