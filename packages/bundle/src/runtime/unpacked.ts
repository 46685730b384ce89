import { embeddedFiles } from 'heddle:embedded-files';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findHome } from './home.ts';
import { type UnpackedFile, unpackFiles } from './unpack-files.ts';

/** What the bundle is called in its own folder. */
export const bundleName = 'heddle.mjs';

let unpacked: string | undefined;

/**
 * Give the folder with the files that have to be files, for Ruby, Python and the PATH; unpacked there when they are not.
 *
 * The folder is named after the sha256 of the bundle: two versions never share one. It is looked at once per process.
 * @throws config-invalid when it cannot be written; denied when others could change it.
 */
export function unpackedFolder(): string {
  unpacked ??= unpack();
  return unpacked;
}

function unpack(): string {
  const bundle = readFileSync(fileURLToPath(import.meta.url));
  const home = findHome({ environment: process.env, userId: process.getuid?.(), homeFolder: homedir });
  const folder = join(home, 'bundle', createHash('sha256').update(bundle).digest('hex'));
  const files = new Map<string, UnpackedFile>([
    [bundleName, { content: bundle, isProgram: true }],
    ['bin/heddle', { content: Buffer.from(program(join(folder, bundleName))), isProgram: true }],
  ]);
  for (const [path, text] of Object.entries(embeddedFiles)) {
    files.set(path, { content: Buffer.from(text), isProgram: false });
  }
  unpackFiles(home, folder, files);
  return folder;
}

/** The `heddle` of a role's PATH: started by the Node.js that runs now, or by the one on the PATH once that is gone. */
function program(bundle: string): string {
  return `#!/bin/sh
node=${shellWord(process.execPath)}
[ -x "$node" ] || node=node
exec "$node" ${shellWord(bundle)} "$@"
`;
}

function shellWord(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
