import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { HeddleError, suggest } from '@heddle/core';

export interface NodeNameSources {
  readonly environment: NodeJS.ProcessEnv;
  /** JSON with the name as `node`; written when the machine was made. */
  readonly nodeFile: string;
  readonly hostname: string;
}

/** Where the name of this machine's node is looked for. */
export const thisMachine: NodeNameSources = {
  environment: process.env,
  nodeFile: '/etc/heddle/node.json',
  hostname: hostname(),
};

/**
 * Find out which node this machine is: the flag, HEDDLE_NODE, the node file, or the host name when a node is called so.
 *
 * @param nodes  All nodes of the deployment.
 * @throws usage when nothing says it; not-found for a node that the deployment does not have; config-invalid for a broken node file.
 */
export async function findNodeName(
  flag: string | undefined,
  nodes: readonly string[],
  sources: NodeNameSources = thisMachine,
): Promise<string> {
  const named: [string | undefined, string][] = [
    [flag, '--node'],
    [sources.environment['HEDDLE_NODE'], 'HEDDLE_NODE'],
    [await readNodeFile(sources.nodeFile), sources.nodeFile],
  ];
  for (const [name, where] of named) {
    if (name === undefined || name === '') continue;
    if (nodes.includes(name)) return name;
    throw new HeddleError(
      'not-found',
      `the deployment has no node ${name}, which ${where} names${suggest(name, nodes, 'it has')}`,
    );
  }
  const host = sources.hostname.split('.')[0] ?? '';
  if (nodes.includes(host)) return host;
  throw new HeddleError(
    'usage',
    `nothing says which node this machine is: no --node, no HEDDLE_NODE, no ${sources.nodeFile}, and no node is named after the host ${host}`,
    {
      next: [`add --node NAME; the deployment has ${nodes.slice(0, 10).join(', ')}${nodes.length > 10 ? ', ...' : ''}`],
    },
  );
}

async function readNodeFile(file: string): Promise<string | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new HeddleError('config-invalid', `${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  try {
    const { node } = JSON.parse(text) as { node?: unknown };
    if (typeof node === 'string') return node;
  } catch (cause) {
    throw new HeddleError('config-invalid', `${file} is no JSON: ${(cause as Error).message}`, {
      cause,
      next: ['it reads {"node": "web-0"}'],
    });
  }
  throw new HeddleError('config-invalid', `${file} names no node`, { next: ['it reads {"node": "web-0"}'] });
}
