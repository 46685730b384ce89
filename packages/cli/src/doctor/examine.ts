import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { inOrder, type Plan, toHeddleError } from '@heddle/core';
import { findPrivilege, requirePrograms } from '@heddle/testkit';
import { checkAdapters, checkTools } from '../deployment/check-adapters.ts';
import { findDeployment } from '../deployment/find.ts';
import { loadPlan } from '../deployment/load.ts';
import type { DeploymentOptions } from '../deployment/options.ts';
import { counted } from '../output/counted.ts';
import {
  type Check,
  type FileFacts,
  fileCheck,
  isolationCheck,
  nodeCheck,
  proxyCheck,
  storeChecks,
  toolCheck,
} from '../views/doctor.ts';
import { chefChecks } from './chef-checks.ts';
import { findPrograms } from './find-programs.ts';
import { type KnownStore, tryStore } from './try-store.ts';

/** As `engines` of the package says. */
const minimumNode = '20.19';

/** Look at this machine, the deployment file and the store, and say what is there and what is not. */
export async function examine(options: DeploymentOptions): Promise<readonly Check[]> {
  const { plan, ...file } = await tryFile(options.file);
  const directory = plan?.directory ?? dirname(resolve(file.file ?? 'heddle.yaml'));
  const [programs, chef, store, isolation] = await Promise.all([
    findPrograms(directory),
    chefChecks(plan, directory),
    findStore(options, file).then(tryStore),
    tryMachines(),
  ]);
  const users = (adapter: string) =>
    plan?.nodes.flatMap(({ name, roles }) =>
      roles.filter((role) => role.adapter === adapter).map((role) => `${name}.${role.name}`),
    );
  const everyRole = plan?.nodes.flatMap(({ name, roles }) => roles.map((role) => `${name}.${role.name}`));
  return [
    nodeCheck(process.versions.node, minimumNode),
    toolCheck('flock', programs.flock, everyRole),
    ...chef,
    toolCheck('ruby', programs.ruby, users('chef'), 'heddle validate cannot look into the configuration of Chef'),
    toolCheck('ansible-playbook', programs.ansible, users('ansible')),
    toolCheck('python3', programs.python, users('ansible'), 'Ansible needs a Python of its own'),
    isolation,
    proxyCheck(process.env),
    fileCheck(file),
    ...storeChecks(store),
  ];
}

async function tryFile(named: string | undefined): Promise<FileFacts & { readonly plan?: Plan }> {
  const file = named ?? (existsSync('heddle.yaml') ? 'heddle.yaml' : undefined);
  if (file === undefined) return {};
  let plan: Plan | undefined;
  try {
    plan = await loadPlan(file);
    await checkAdapters(plan);
    await checkTools(plan);
    const roles = plan.nodes.reduce((sum, node) => sum + inOrder(node.roles).length, 0);
    const counts = `${counted(plan.nodes.length, 'node')}, ${counted(roles, 'role')}`;
    return { file, plan, summary: `deployment ${plan.deployment}, ${counts}` };
  } catch (thrown) {
    return { file, ...(plan === undefined ? {} : { plan }), error: toHeddleError(thrown).toJSON() };
  }
}

/** A store can be looked for without a file, and with one that is not valid if flags or environment name it. */
async function findStore(options: DeploymentOptions, { error }: FileFacts): Promise<KnownStore | undefined> {
  try {
    return await findDeployment(options);
  } catch (thrown) {
    const { code } = toHeddleError(thrown);
    const url = options.store ?? process.env['HEDDLE_STORE'];
    // What is wrong with the file is told in its own line.
    if (url !== undefined && (error !== undefined || code === 'usage'))
      return { storeUrl: url, directory: process.cwd() };
    return undefined;
  }
}

async function tryMachines(): Promise<Check> {
  try {
    requirePrograms();
    return isolationCheck(await findPrivilege(), undefined);
  } catch (thrown) {
    return isolationCheck(undefined, toHeddleError(thrown).toJSON());
  }
}
