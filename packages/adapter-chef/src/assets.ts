import { fileURLToPath } from 'node:url';

/** The folder of the shim's Ruby files. The bundle has another file in the place of this one. */
export function gemFolder(): string {
  return fileURLToPath(new URL('../gem/', import.meta.url));
}

/** Where `scripts/setup.sh` installs the programs of Chef in a checkout of Heddle; undefined where Heddle is no checkout. */
export function checkoutPrograms(): string | undefined {
  return fileURLToPath(new URL('../../../.tools/chef/bin/', import.meta.url));
}
