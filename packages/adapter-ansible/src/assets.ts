import { fileURLToPath } from 'node:url';

/** The folder that holds `ansible_collections`. The bundle has another file in the place of this one. */
export function collectionsRoot(): string {
  return fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
}
