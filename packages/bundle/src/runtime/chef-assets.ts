import { join } from 'node:path';
import { unpackedFolder } from './unpacked.ts';

/** The folder of the shim's Ruby files. */
export function gemFolder(): string {
  return join(unpackedFolder(), 'adapter-chef/gem');
}

/** A bundle is no checkout. */
export function checkoutPrograms(): string | undefined {
  return undefined;
}
