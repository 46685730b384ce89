import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { FileInstead } from './instead-of.ts';

/**
 * The same library as ES modules, which its package has for browsers: what nobody calls stays out.
 *
 * @param cli  The folder of a package that depends on it.
 */
export function leanYaml(cli: string): FileInstead {
  const main = createRequire(join(cli, 'package.json')).resolve('yaml');
  return { module: 'yaml', by: /\/src\/.*\.ts$/, file: join(dirname(main), '../browser/dist/index.js') };
}
