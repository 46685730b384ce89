import { access, constants } from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HeddleError } from '@heddle/core';

/** The Chef that `scripts/setup.sh` installs into a checkout of Heddle. */
const checkoutBin = fileURLToPath(new URL('../../../.tools/chef/bin/', import.meta.url));

/**
 * Find the chef-solo to run: the role's own `program`, then HEDDLE_CHEF_SOLO, the PATH, the packages of Chef and Cinc, and a checkout's own.
 *
 * @param directory  What a relative `program` resolves against.
 * @throws tool-missing when there is none.
 */
export async function findChefSolo(
  program: string | undefined,
  directory: string,
  environment: NodeJS.ProcessEnv,
): Promise<string> {
  const named = program ?? environment['HEDDLE_CHEF_SOLO'];
  if (named !== undefined) {
    const path = named.includes('/') && !isAbsolute(named) ? resolve(directory, named) : named;
    const found = path.includes('/') ? await executable([path]) : await executable(onPath([path], environment));
    if (found !== undefined) return found;
    throw missing(`${named} is not an executable program`);
  }
  const found = await executable([
    ...onPath(['chef-solo', 'cinc-solo'], environment),
    '/opt/chef/bin/chef-solo',
    '/opt/cinc/bin/cinc-solo',
    join(checkoutBin, 'chef-solo'),
  ]);
  if (found !== undefined) return found;
  throw missing('no chef-solo and no cinc-solo on the PATH, in /opt/chef/bin or in /opt/cinc/bin');
}

function missing(why: string): HeddleError {
  return new HeddleError('tool-missing', `a Chef role cannot run: ${why}`, {
    next: ["install Chef series 18 (gem install chef-bin -v '~> 18'), or set HEDDLE_CHEF_SOLO to its path"],
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
