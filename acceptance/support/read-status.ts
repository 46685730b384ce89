import type { StatusView } from '@heddle/core';
import type { Deployment } from './deployment.ts';

/** What `heddle status -o json` tells. */
export async function readStatus(deployment: Deployment, ...words: readonly string[]): Promise<StatusView> {
  const { stdout, stderr, exitCode } = await deployment.heddle('status', '-o', 'json', ...words);
  if (exitCode !== 0) throw new Error(`heddle status ended with ${exitCode}: ${stderr}`);
  return JSON.parse(stdout) as StatusView;
}

/** The state of every role, `db.mysql` to `done`. */
export function states(view: StatusView): Record<string, string> {
  return Object.fromEntries(view.roles.map(({ node, role, state }) => [`${node}.${role}`, state]));
}
