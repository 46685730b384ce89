import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Deployment } from './deployment.ts';

/** The files below a deployment's folder that hold a text, those of the machines' root trees left out. */
export async function filesWith(deployment: Deployment, text: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir(deployment.directory, { recursive: true })) {
    const path = join(deployment.directory, name);
    if (/\/nodes\/[^/]+\/root\//.test(name) || !(await lstat(path)).isFile()) continue;
    if ((await readFile(path)).includes(text)) found.push(name);
  }
  return found.sort();
}
