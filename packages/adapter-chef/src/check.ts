import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { AdapterProblem } from '@heddle/agent';
import type { ChefOptions } from './options.ts';
import { findRunListProblems } from './run-list.ts';
import { readPaths } from './solo-paths.ts';

/** Find what would make a Chef role fail before it starts: a missing solo.rb, a run-list entry without a file. */
export async function checkRole(options: ChefOptions, directory: string): Promise<readonly AdapterProblem[]> {
  const config = options.config === undefined ? undefined : resolve(directory, options.config);
  if (config !== undefined) {
    try {
      await access(config);
    } catch {
      return [
        {
          message: `the Chef configuration ${options.config} does not exist in ${directory}`,
          next: 'create it, or correct "config"',
        },
      ];
    }
  }
  const paths = await readPaths(config, directory);
  if ('problem' in paths) return [paths.problem];
  return findRunListProblems(options.run_list, paths);
}
