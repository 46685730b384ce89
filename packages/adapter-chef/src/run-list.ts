import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AdapterProblem } from '@heddle/agent';
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
    if (file === undefined)
      problems.push(missing(`role[${role}]`, from, paths.rolePaths, `${role}.json or ${role}.rb`));
    else if (file.endsWith('.json')) await visit(await jsonRunList(file, problems), ` of ${file}`);
  };
  await visit(runList, '');
  return problems;
}

async function recipeProblems(entry: string, from: string, paths: SoloPaths): Promise<AdapterProblem[]> {
  const name = /^recipe\[([^\]]+)\]$/.exec(entry)?.[1] ?? entry;
  const [cookbook = '', recipe = 'default'] = (name.split('@')[0] ?? name).split('::');
  const names = ['rb', 'yml', 'yaml', 'json'].map((ending) => join(cookbook, 'recipes', `${recipe}.${ending}`));
  // A cookbook may keep its default recipe in its own folder.
  if (recipe === 'default') names.push(join(cookbook, 'recipe.rb'));
  const file = await firstFile(paths.cookbookPaths.flatMap((path) => names.map((candidate) => join(path, candidate))));
  return file === undefined ? [missing(entry, from, paths.cookbookPaths, names[0] ?? cookbook)] : [];
}

function missing(entry: string, from: string, folders: readonly string[], file: string): AdapterProblem {
  return {
    message: `the run-list entry ${entry}${from} has no file: ${file} is not in ${folders.join(', ')}`,
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
