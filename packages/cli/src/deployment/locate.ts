import { join, resolve } from 'node:path';
import { type Plan } from '@heddle/core';

/** The folder of a deployment's state below the folder of its file. */
export function stateDirectory(directory: string, deployment: string): string {
  return join(directory, '.heddle', deployment);
}

/** Choose the store: flag over environment over file over the embedded default. A relative `embedded:` folder resolves against the file's folder. */
export function storeUrl(plan: Pick<Plan, 'store' | 'directory' | 'deployment'>, flag: string | undefined): string {
  const url = flag ?? process.env['HEDDLE_STORE'] ?? plan.store ?? 'embedded:';
  if (url === 'embedded:' || url === 'embedded') return `embedded:${stateDirectory(plan.directory, plan.deployment)}`;
  const folder = /^embedded:(?:\/\/)?(.+)$/.exec(url)?.[1];
  return folder === undefined ? url : `embedded:${resolve(plan.directory, folder)}`;
}
