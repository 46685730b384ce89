import { join } from 'node:path';
import { type Epoch, type Plan, withoutPassword } from '@heddle/core';
import { stateDirectory } from './locate.ts';

/** A node and the words that run its agent. */
export interface AgentCommand {
  readonly node: string;
  readonly command: readonly string[];
}

/**
 * The commands that run a seeded epoch, one a node: each for its own machine, or all on this one when the store serves no other.
 * A store URL that holds a password is left out: HEDDLE_STORE gives it.
 *
 * @param credentials  The file of each node's credentials, where they have their own.
 */
export function agentCommands(
  plan: Plan,
  epoch: Epoch,
  storeUrl: string,
  credentials: ReadonlyMap<string, string> = new Map(),
): readonly AgentCommand[] {
  return plan.nodes.map(({ name }) => ({
    node: name,
    command: agentCommand({
      storeUrl,
      directory: plan.directory,
      deployment: epoch.deployment,
      epoch: epoch.keys.epoch,
      node: name,
      credentials: credentials.get(name),
    }),
  }));
}

/** The words that run the agent of one node; as `agentCommands`. */
export function agentCommand(of: {
  readonly storeUrl: string;
  /** The folder of the deployment file. */
  readonly directory: string;
  readonly deployment: string;
  readonly epoch: string;
  readonly node: string;
  readonly credentials?: string | undefined;
}): readonly string[] {
  const { storeUrl, directory, deployment, epoch, node, credentials } = of;
  const words = ['--deployment', deployment, '--epoch', epoch, '--node', node];
  if (!hasPassword(storeUrl)) words.unshift('--store', storeUrl);
  // Agents that share a machine need a folder each.
  if (isLocalStore(storeUrl)) words.push('--directory', nodeDirectory(directory, deployment, node));
  if (credentials !== undefined) words.push('--credentials', credentials);
  return ['heddle', 'agent', ...words];
}

/** The working folder of a node on the machine where its deployment file is; `heddle up` uses the same. */
export function nodeDirectory(directory: string, deployment: string, node: string): string {
  return join(stateDirectory(directory, deployment), 'nodes', node);
}

/** True when a store URL holds a password, which belongs on no screen and no command line. */
export function hasPassword(storeUrl: string): boolean {
  return withoutPassword(storeUrl) !== storeUrl;
}

/** True when only this machine reaches the store. */
export function isLocalStore(storeUrl: string): boolean {
  return storeUrl.startsWith('embedded:') || /^[a-z]+:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])[:/]/.test(storeUrl);
}

/** Write words as a shell reads them. */
export function shellLine(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ');
}
