import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AdapterProblem } from '@heddle/agent';
import { didYouMean } from '@heddle/core';
import type { SoloPaths } from './solo-paths.ts';

/** Name the run-list entries that resolve to no file, those of JSON roles included. */
export async function findRunListProblems(runList: readonly string[], paths: SoloPaths): Promise<AdapterProblem[]> {
  const problems: AdapterProblem[] = [];
  const seen = new Set<string>();
  const visit = async (entries: readonly string[], from: string): Promise<void> => {
    for (const entry of entries) {
      if (seen.has(entry)) continue;
      seen.add(entry);
      const role = /^role\[([^\]]+)\]$/.exec(entry)?.[1];
      if (role === undefined) problems.push(...(await recipeProblems(entry, from, paths)));
      else await visitRole(role, from);
    }
  };
  const visitRole = async (role: string, from: string): Promise<void> => {
    const file = await firstFile(
      paths.rolePaths.flatMap((path) => [join(path, `${role}.json`), join(path, `${role}.rb`)]),
    );
    if (file === undefined) {
      const names = (await namesIn(paths.rolePaths)).map((name) => name.replace(/\.(?:json|rb)$/, ''));
      problems.push(
        missing(`role[${role}]`, from, paths.rolePaths, `${role}.json or ${role}.rb`, didYouMean(role, names)),
      );
    }
    if (file?.endsWith('.json') === true) await visit(await jsonRunList(file, problems), ` of ${file}`);
  };
  const placed: AdapterProblem[] = [];
  for (const [index, entry] of runList.entries()) {
    await visit([entry], '');
    placed.push(...problems.splice(0).map((problem) => ({ ...problem, at: ['run_list', index] })));
  }
  return placed;
}

async function recipeProblems(entry: string, from: string, paths: SoloPaths): Promise<AdapterProblem[]> {
  const name = /^recipe\[([^\]]+)\]$/.exec(entry)?.[1] ?? entry;
  const [cookbook = '', recipe = 'default'] = (name.split('@')[0] ?? name).split('::');
  const names = ['rb', 'yml', 'yaml', 'json'].map((ending) => join(cookbook, 'recipes', `${recipe}.${ending}`));
  // A cookbook may keep its default recipe in its own folder.
  if (recipe === 'default') names.push(join(cookbook, 'recipe.rb'));
  const file = await firstFile(paths.cookbookPaths.flatMap((path) => names.map((candidate) => join(path, candidate))));
  if (file !== undefined) return [];
  const cookbooks = await namesIn(paths.cookbookPaths);
  const meant = cookbooks.includes(cookbook) ? undefined : didYouMean(cookbook, cookbooks);
  return [missing(entry, from, paths.cookbookPaths, names[0] ?? cookbook, meant)];
}

/** The names of what lies in these folders; of one that cannot be read none. */
async function namesIn(folders: readonly string[]): Promise<readonly string[]> {
  const read = async (folder: string) => {
    try {
      return await readdir(folder);
    } catch {
      // It is only looked for a name that is nearly the one that is missing.
      return [];
    }
  };
  return (await Promise.all(folders.map(read))).flat();
}

function missing(
  entry: string,
  from: string,
  folders: readonly string[],
  file: string,
  meant: string | undefined,
): AdapterProblem {
  const hint = meant === undefined ? '' : `; did you mean "${meant}"?`;
  return {
    message: `the run-list entry ${entry}${from} has no file: ${file} is not in ${folders.join(', ')}${hint}`,
    next: 'correct the run list, or the path in the Chef configuration',
  };
}

async function jsonRunList(file: string, problems: AdapterProblem[]): Promise<readonly string[]> {
  try {
    const role = JSON.parse(await readFile(file, 'utf8')) as { run_list?: unknown };
    return Array.isArray(role.run_list)
      ? role.run_list.filter((entry): entry is string => typeof entry === 'string')
      : [];
  } catch (error) {
    problems.push({ message: `the Chef role ${file} cannot be read: ${(error as Error).message}` });
    return [];
  }
}

async function firstFile(candidates: readonly string[]): Promise<string | undefined> {
  for (const candidate of candidates) {
    try {
      await access(candidate);
      return candidate;
    } catch {
      // Not this one; the caller tells when it is none of them.
    }
  }
  return undefined;
}
