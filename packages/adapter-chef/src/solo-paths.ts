import { dirname, join, resolve } from 'node:path';
import { type AdapterProblem, askProgram } from '@heddle/agent';
import { gemFolder } from './assets.ts';

/** Where a configuration looks for cookbooks and roles; absolute. */
export interface SoloPaths {
  readonly cookbookPaths: readonly string[];
  readonly rolePaths: readonly string[];
}

/** Milliseconds that reading a solo.rb may take. */
const readingLimit = 10_000;

/**
 * Read the paths from a user's solo.rb. It is Ruby, so Ruby reads it, without loading Chef.
 *
 * @param config  Absolute.
 * @param ruby  The ruby to read it with.
 * @param limit  Milliseconds after which it is stopped.
 */
export async function readPaths(
  config: string,
  directory: string,
  ruby: string,
  limit: number = readingLimit,
): Promise<SoloPaths | { problem: AdapterProblem }> {
  const result = await askProgram(ruby, [join(gemFolder(), 'libexec/solo_paths.rb'), config], {
    directory,
    environment: process.env,
    timeoutMs: limit,
  });
  if (result.timedOut) {
    return {
      problem: {
        message: `the Chef configuration ${config} cannot be read: ruby was still busy with it after ${limit / 1000} s`,
        next: 'look for a command or a request in it that does not return',
      },
    };
  }
  if (result.exitCode !== 0) {
    const [why = 'ruby failed'] = (result.stderr.trim() || result.message).split('\n');
    return { problem: { message: `the Chef configuration ${config} cannot be read: ${why}` } };
  }
  const found = JSON.parse(result.stdout) as { cookbook_path: string[]; role_path: string[]; chef_repo_path: string[] };
  const repository = layout(
    found.chef_repo_path[0] === undefined ? dirname(config) : resolve(directory, found.chef_repo_path[0]),
  );
  const absolute = (paths: string[]) => paths.map((path) => resolve(directory, path));
  return {
    cookbookPaths: found.cookbook_path.length > 0 ? absolute(found.cookbook_path) : repository.cookbookPaths,
    rolePaths: found.role_path.length > 0 ? absolute(found.role_path) : repository.rolePaths,
  };
}

/** Where Chef looks below a folder when no configuration says anything else. */
export function layout(directory: string): SoloPaths {
  return { cookbookPaths: [resolve(directory, 'cookbooks')], rolePaths: [resolve(directory, 'roles')] };
}
