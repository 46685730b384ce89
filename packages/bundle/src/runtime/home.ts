import { isAbsolute, join } from 'node:path';
import { HeddleError } from '@heddle/core';

export interface HomeSources {
  readonly environment: NodeJS.ProcessEnv;
  readonly userId: number | undefined;
  readonly homeFolder: () => string;
}

/**
 * Find the folder of Heddle's own files: HEDDLE_HOME, for root /var/lib/heddle, for others `heddle` in XDG_CACHE_HOME or ~/.cache.
 *
 * @throws config-invalid when HEDDLE_HOME is no absolute path.
 */
export function findHome({ environment, userId, homeFolder }: HomeSources): string {
  const chosen = environment['HEDDLE_HOME'];
  if (chosen !== undefined && chosen !== '') {
    if (isAbsolute(chosen)) return chosen;
    throw new HeddleError('config-invalid', `HEDDLE_HOME is ${chosen}, which is no absolute path`);
  }
  if (userId === 0) return '/var/lib/heddle';
  const cache = environment['XDG_CACHE_HOME'];
  return join(cache !== undefined && isAbsolute(cache) ? cache : join(homeFolder(), '.cache'), 'heddle');
}
