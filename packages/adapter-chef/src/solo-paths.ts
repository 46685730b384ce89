import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AdapterProblem } from '@heddle/agent';
import { execa } from 'execa';

/** Where a configuration looks for cookbooks and roles; absolute. */
export interface SoloPaths {
  readonly cookbookPaths: readonly string[];
  readonly rolePaths: readonly string[];
}

const readerFile = fileURLToPath(new URL('../gem/libexec/solo_paths.rb', import.meta.url));

/**
 * Read the paths from a user's solo.rb. It is Ruby, so Ruby reads it, without loading Chef.
 *
 * @param config  Absolute, or undefined: then Chef's own layout below `directory` counts.
 */
export async function readPaths(
  config: string | undefined,
  directory: string,
): Promise<SoloPaths | { problem: AdapterProblem }> {
  if (config === undefined) return layout(directory);
  const result = await execa('ruby', [readerFile, config], { cwd: directory, reject: false });
  if (result.exitCode !== 0) {
    const why = result.stderr.trim().split('\n')[0] ?? result.shortMessage ?? 'ruby failed';
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

function layout(directory: string): SoloPaths {
  return { cookbookPaths: [resolve(directory, 'cookbooks')], rolePaths: [resolve(directory, 'roles')] };
}
