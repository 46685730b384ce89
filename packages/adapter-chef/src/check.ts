import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { AdapterProblem } from '@heddle/agent';
import { findRuby } from './find-chef.ts';
import type { ChefOptions } from './options.ts';
import { findRunListProblems } from './run-list.ts';
import { layout, readPaths } from './solo-paths.ts';

/**
 * Find what would make a Chef role fail before it starts: a missing solo.rb, a run-list entry without a file.
 *
 * A solo.rb is Ruby: without a ruby to read it with, the run list is not checked, and the run itself tells what is wrong.
 *
 * @param usualRubies  See findRuby.
 */
export async function checkRole(
  options: ChefOptions,
  directory: string,
  environment: NodeJS.ProcessEnv = process.env,
  usualRubies?: readonly string[],
): Promise<readonly AdapterProblem[]> {
  if (options.config === undefined) return findRunListProblems(options.run_list, layout(directory));
  const config = resolve(directory, options.config);
  try {
    await access(config);
  } catch {
    return [
      {
        message: `the Chef configuration ${options.config} does not exist in ${directory}`,
        next: 'create it, or correct "config"',
        at: ['config'],
      },
    ];
  }
  const ruby = await findRuby(options.program, directory, environment, usualRubies);
  if (ruby === undefined) return [];
  const paths = await readPaths(config, directory, ruby);
  if ('problem' in paths) return [paths.problem];
  return findRunListProblems(options.run_list, paths);
}
