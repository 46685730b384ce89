import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { HeddleError } from '@heddle/core';
import type { Command } from 'commander';
import { loadPlan } from './load.ts';
import { stateDirectory, storeUrl } from './locate.ts';

/** The options by which a command finds a running or ended deployment. */
export interface DeploymentOptions {
  readonly file?: string;
  readonly store?: string;
  readonly deployment?: string;
}

export interface FoundDeployment {
  readonly storeUrl: string;
  readonly deployment: string;
}

/** Add `--file`, `--store` and `--deployment` to a command. */
export function deploymentOptions(command: Command): Command {
  return command
    .option('-f, --file <file>', 'the deployment file; default: heddle.yaml of this folder')
    .option('--store <url>', 'the store; default: HEDDLE_STORE, then the file, then what is in .heddle')
    .option('--deployment <name>', 'the deployment; default: HEDDLE_DEPLOYMENT, then the file, then the only one in .heddle');
}

/** Find store and deployment from flags, environment, the file, or the `.heddle` folder here. Throws usage when nothing says it. */
export async function findDeployment(options: DeploymentOptions): Promise<FoundDeployment> {
  const deployment = options.deployment ?? process.env['HEDDLE_DEPLOYMENT'];
  const store = options.store ?? process.env['HEDDLE_STORE'];
  if (options.file === undefined && deployment !== undefined && store !== undefined) return { deployment, storeUrl: store };

  const file = options.file ?? (existsSync('heddle.yaml') ? 'heddle.yaml' : undefined);
  if (file !== undefined && (deployment === undefined || store === undefined)) {
    const plan = await loadPlan(file);
    const name = deployment ?? plan.deployment;
    return { deployment: name, storeUrl: storeUrl({ ...plan, deployment: name, directory: dirname(resolve(file)) }, store) };
  }
  const name = deployment ?? (await onlyDeployment());
  return { deployment: name, storeUrl: store ?? `embedded:${existing(name)}` };
}

function existing(deployment: string): string {
  const directory = stateDirectory(process.cwd(), deployment);
  if (existsSync(directory)) return directory;
  throw new HeddleError('not-found', `there is no state of a deployment ${deployment} in ${join(process.cwd(), '.heddle')}`, { next: howToName });
}

const howToName = ['go to the folder of the deployment file, or say --file FILE, or --store URL --deployment NAME'];

async function onlyDeployment(): Promise<string> {
  const folder = join(process.cwd(), '.heddle');
  const names = existsSync(folder) ? await readdir(folder) : [];
  if (names.length === 1 && names[0] !== undefined) return names[0];
  if (names.length === 0) throw new HeddleError('usage', 'there is neither a heddle.yaml nor a .heddle folder here', { next: howToName });
  throw new HeddleError('usage', `several deployments are here: ${names.sort().join(', ')}`, { next: ['say which: --deployment NAME'] });
}
