import { rm, writeFile } from 'node:fs/promises';
import { credentialsContent, readTls } from '@heddle/agent';
import { type Plan, type StartedEpoch, withoutPassword, withoutUser } from '@heddle/core';
import { hasPassword, isLocalStore, shellLine } from '../deployment/agent-command.ts';
import { counted } from '../output/counted.ts';
import { formatListing } from '../output/listing.ts';

/** What the machines of a stack are told by parameters of the template. */
interface StackParameters {
  readonly heddle_epoch: string;
  readonly heddle_store: string;
  readonly heddle_store_ca?: string;
  /** By node, and by group for all its members, the text of a file: functions of CloudFormation cannot write JSON. */
  readonly heddle_credentials?: Readonly<Record<string, string>>;
}

/**
 * Tell how the stack of a seeded plan is created. What is secret of that goes to a file for `openstack stack create -e`, mode 0600, and
 * not to the screen: the password of the store's URL, or who each machine is to the store.
 *
 * @returns The text for standard output.
 * @throws What the file system throws.
 */
export async function tellStack(
  plan: Plan,
  epoch: StartedEpoch,
  url: string,
  { environment, format }: { readonly environment: string; readonly format: string },
): Promise<string> {
  const store = withoutPassword(url);
  const credentials = epoch.credentials;
  const tls = await readTls(process.env);
  const authorities = tls?.authorities;
  const parameters: StackParameters = {
    heddle_epoch: epoch.keys.epoch,
    heddle_store: credentials === undefined ? url : withoutUser(url),
    ...(authorities === undefined ? {} : { heddle_store_ca: authorities }),
    ...(credentials === undefined
      ? {}
      : {
          heddle_credentials: byDeclaration(plan, epoch),
        }),
  };
  if (isLocalStore(url))
    process.stderr.write('note: only this machine reaches the store, so no machine of a stack will\n');
  if (tls?.certificate !== undefined)
    process.stderr.write(
      'note: machines are given the authorities of the store, but not your certificate and its key\n',
    );
  const isFile = credentials !== undefined || authorities !== undefined || hasPassword(url);
  if (isFile) {
    // Removed first: a file that exists would keep its mode.
    await rm(environment, { force: true });
    await writeFile(environment, `${JSON.stringify({ parameters }, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
    if (credentials !== undefined || hasPassword(url)) {
      const what = credentials === undefined ? "the store's password" : 'who each machine is to the store';
      process.stderr.write(`note: ${environment} says ${what}: delete it when the stack is created\n`);
    }
  }
  const words = isFile
    ? ['-e', environment]
    : Object.entries(parameters).flatMap(([name, value]) => ['--parameter', `${name}=${value}`]);
  const shown = isFile ? { environment } : { parameters };
  const listing = { deployment: plan.deployment, epoch: epoch.keys.epoch, store, ...shown };
  return formatListing(listing, format, () => {
    const line = shellLine(['openstack', 'stack', 'create', '-t', 'TEMPLATE', ...words, plan.deployment]);
    return `deployment ${plan.deployment}, epoch ${epoch.keys.epoch}: ${counted(plan.nodes.length, 'node')} seeded in ${store}\n${line}\n`;
  });
}

/** Members of a group share their user data, so that has what any machine of the group fetches its own with. */
function byDeclaration(
  { nodes, groups }: Plan,
  { deployment, keys: { epoch }, credentials, joining }: StartedEpoch,
): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const { name: node, group } of nodes) {
    const given = credentials?.get(node);
    if (group !== null || given === undefined) continue;
    found[node] = JSON.stringify(credentialsContent({ deployment, epoch, node }, given));
  }
  for (const group of Object.keys(groups)) {
    const given = joining.get(group);
    if (given !== undefined) found[group] = JSON.stringify(credentialsContent({ deployment, epoch, group }, given));
  }
  return found;
}
