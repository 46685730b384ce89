import { fileURLToPath } from 'node:url';

/** The folder with the `heddle` program, for the PATH of roles. The bundle has another file in the place of this one. */
export function binFolder(): string {
  return fileURLToPath(new URL('../bin/', import.meta.url));
}

/** The file that Node.js runs as the `heddle` command. */
export function programFile(): string {
  return fileURLToPath(new URL('../bin/heddle', import.meta.url));
}

/** The folder that holds all of Heddle: machines see it at the same path. */
export function installationFolder(): string {
  return fileURLToPath(new URL('../../../', import.meta.url));
}
