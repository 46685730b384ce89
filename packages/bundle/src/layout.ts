import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the sources of the bundle are; absolute. */
export interface Layout {
  /** The folder that all input paths are named from, so that the bytes do not depend on where it lies. */
  readonly root: string;
  readonly cli: string;
  readonly chef: string;
  readonly ansible: string;
  /** The files of this package that stand in the place of others in the bundle. */
  readonly runtime: string;
}

/** Find the packages that go into the bundle, from where this one is installed. */
export function findLayout(): Layout {
  const own = fileURLToPath(new URL('../', import.meta.url));
  const cli = packageFolder(own, '@heddle/cli');
  return {
    root: dirname(dirname(cli)),
    cli,
    chef: packageFolder(cli, '@heddle/adapter-chef'),
    ansible: packageFolder(cli, '@heddle/adapter-ansible'),
    runtime: join(own, 'src/runtime'),
  };
}

function packageFolder(from: string, name: string): string {
  return dirname(createRequire(join(from, 'package.json')).resolve(`${name}/package.json`));
}
