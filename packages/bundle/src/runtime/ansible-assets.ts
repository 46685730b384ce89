import { join } from 'node:path';
import { unpackedFolder } from './unpacked.ts';

/** The folder that holds `ansible_collections`. */
export function collectionsRoot(): string {
  return join(unpackedFolder(), 'adapter-ansible');
}
