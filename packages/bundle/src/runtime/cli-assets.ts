import { join } from 'node:path';
import { bundleName, unpackedFolder } from './unpacked.ts';

/** The folder with the `heddle` program, for the PATH of roles. */
export function binFolder(): string {
  return join(unpackedFolder(), 'bin');
}

/** The file that Node.js runs as the `heddle` command: a copy of the bundle, which stays when the bundle is moved away. */
export function programFile(): string {
  return join(unpackedFolder(), bundleName);
}

/** The folder that holds all of Heddle: machines see it at the same path. */
export function installationFolder(): string {
  return unpackedFolder();
}
