import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A template of the corpus. */
export interface CorpusTemplate {
  /** Its path in the corpus: `roles/wordpress.yaml`. */
  readonly name: string;
  readonly text: string;
}

const folder = fileURLToPath(new URL('../corpus/', import.meta.url));

/** All templates of the corpus, in the order of their names. */
export const corpus: readonly CorpusTemplate[] = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(?:yaml|json)$/.test(name) && !name.startsWith('files/'))
  .toSorted()
  .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));

/** The texts of the files that templates of the corpus name. */
export const corpusFiles: Readonly<Record<string, string>> = Object.fromEntries(
  readdirSync(join(folder, 'files')).map((name) => [
    `files/${name}`,
    readFileSync(join(folder, 'files', name), 'utf8'),
  ]),
);

/** The text of a file that a template of the corpus names; undefined when there is none. */
export function corpusFile(path: string): string | undefined {
  return Object.hasOwn(corpusFiles, path) ? corpusFiles[path] : undefined;
}
