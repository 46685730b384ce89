import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { builtModule } from './backends.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const tsc = fileURLToPath(new URL('../../../../node_modules/.bin/tsc', import.meta.url));
const buildLock = fileURLToPath(new URL('../../package.json', import.meta.url));

/**
 * Build the package and what it needs; only one of several test files at a time, the others find it up to date.
 *
 * Type errors are for the build of the whole repository to report: what counts here is that the built module can be loaded.
 */
export function ensureBuilt(): void {
  const built = spawnSync('flock', [buildLock, tsc, '-b', 'packages/store-zk'], { cwd: root, encoding: 'utf8' });
  const load = ['--input-type=module', '--eval', `await import(${JSON.stringify(builtModule)})`];
  const loaded = spawnSync(process.execPath, load, { encoding: 'utf8' });
  if (loaded.status !== 0) throw new Error(`the build failed:\n${built.stdout}${built.stderr}${loaded.stderr}`);
}
