import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { HeddleError } from '@heddle/core';

/** A package of this checkout, as a plain Node process loads it: compiled, and joined where it is published so. */
export interface BuiltPackage {
  /** File URL of its main module. */
  readonly module: string;
  /**
   * Compile the package and what it needs, one of several test files at a time; the others find it up to date.
   *
   * Type errors are for the build of the whole repository to report: what counts here is that the module can be loaded.
   * @throws unexpected, with what the compiler said, when it cannot.
   */
  build(): void;
}

interface Manifest {
  readonly exports: { readonly '.': { readonly default: string } };
}

/** Name a package by its folder, e.g. `new URL('../..', import.meta.url)`, with a slash at its end. */
export function builtPackage(folder: URL): BuiltPackage {
  const { exports } = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')) as Manifest;
  const module = new URL(exports['.'].default, folder).href;
  const root = fileURLToPath(new URL('../..', folder));
  const lock = `${root}/package.json`;
  // What the compiler says of types does not end it, and what it could not write cannot be joined.
  const script = 'node_modules/.bin/tsc -b "$0"; exec node scripts/join-modules.mjs';
  const compile = [lock, 'sh', '-c', script, fileURLToPath(folder)];
  const load = ['--input-type=module', '--eval', `await import(${JSON.stringify(module)})`];
  return {
    module,
    build() {
      const compiled = spawnSync('flock', compile, { cwd: root, encoding: 'utf8' });
      const loaded = spawnSync(process.execPath, load, { encoding: 'utf8' });
      if (compiled.status === 0 && loaded.status === 0) return;
      throw new HeddleError('unexpected', `${module}: ${compiled.stdout}${compiled.stderr}${loaded.stderr}`);
    },
  };
}
