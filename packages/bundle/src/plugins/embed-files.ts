import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { blankComments } from './blank-comments.ts';

/** A folder whose files are carried along. */
export interface EmbeddedFolder {
  /** Where the files are unpacked to, below the folder of the bundle. */
  readonly target: string;
  /** Where they are now, absolute. */
  readonly source: string;
  /** Names in it that no machine needs. @default none */
  readonly without?: readonly string[];
}

const specifier = 'heddle:embedded-files';

/** Give the module `heddle:embedded-files`: the texts of all files of these folders, by path. */
export function embedFiles(folders: readonly EmbeddedFolder[]): Plugin {
  return {
    name: 'embed-files',
    setup(build) {
      build.onResolve({ filter: new RegExp(`^${specifier}$`) }, () => ({ path: specifier, namespace: 'embedded' }));
      build.onLoad({ filter: /.*/, namespace: 'embedded' }, () => {
        const texts = Object.fromEntries(folders.flatMap((folder) => [...textsOf(folder)]));
        return { contents: `export const embeddedFiles = ${JSON.stringify(texts)};`, loader: 'js' };
      });
    },
  };
}

/** The texts of a folder's files as they are carried. */
function* textsOf({ source, target, without = [] }: EmbeddedFolder): Generator<[string, string]> {
  for (const [path, text] of readTexts(source, target, without)) yield [path, blankComments(path, text)];
}

/** Read a folder in a fixed order; what Python and editors leave behind stays out. */
function* readTexts(source: string, target: string, without: readonly string[]): Generator<[string, string]> {
  const entries = readdirSync(source, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.name.startsWith('.') || entry.name === '__pycache__' || without.includes(entry.name)) continue;
    const path = join(source, entry.name);
    const inside = `${target}/${entry.name}`;
    if (entry.isDirectory()) yield* readTexts(path, inside, without);
    else if (entry.isFile()) yield [inside, new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path))];
  }
}
