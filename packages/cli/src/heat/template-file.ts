import { readFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { templateKind } from '@heddle/heat';

/**
 * Read a file when it is a Heat template; undefined for every other file, also one that cannot be read: the reader of
 * deployment files says what is wrong with it.
 */
export async function readTemplateFile(path: string): Promise<string | undefined> {
  let text: string;
  try {
    text = await readFile(resolve(path), 'utf8');
  } catch {
    // Whoever reads the file as a deployment file reports it, with the same cause.
    return undefined;
  }
  return templateKind(text) === undefined ? undefined : text;
}

/** The file as messages show it. */
export function displayName(path: string): string {
  const file = resolve(path);
  return relative(process.cwd(), file) || file;
}
