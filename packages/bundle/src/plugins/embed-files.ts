import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/** A folder whose files are carried along. */
export interface EmbeddedFolder {
  /** Where the files are unpacked to, below the folder of the bundle. */
  readonly target: string;
  /** Where they are now, absolute. */
  readonly source: string;
}

const specifier = 'heddle:embedded-files';

/** Give the module `heddle:embedded-files`: the texts of all files of these folders, by path. */
export function embedFiles(folders: readonly EmbeddedFolder[]): Plugin {
  return {
    name: 'embed-files',
    setup(build) {
      build.onResolve({ filter: new RegExp(`^${specifier}$`) }, () => ({ path: specifier, namespace: 'embedded' }));
      build.onLoad({ filter: /.*/, namespace: 'embedded' }, () => {
        const texts = Object.fromEntries(folders.flatMap(({ source, target }) => [...readTexts(source, target)]));
        return { contents: `export const embeddedFiles = ${JSON.stringify(texts)};`, loader: 'js' };
      });
    },
  };
}

/** Read a folder in a fixed order; what Python and editors leave behind stays out. */
function* readTexts(source: string, target: string): Generator<[string, string]> {
  const entries = readdirSync(source, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.name.startsWith('.') || entry.name === '__pycache__') continue;
    const path = join(source, entry.name);
    const inside = `${target}/${entry.name}`;
    if (entry.isDirectory()) yield* readTexts(path, inside);
    else if (entry.isFile()) yield [inside, new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path))];
  }
}
