import { fileURLToPath } from 'node:url';

/** The folder with the `heddle` program, for the PATH of roles. */
export const binDirectory = fileURLToPath(new URL('../../bin/', import.meta.url));
