import type { StatusView } from '@heddle/core';
import type { Deployment } from './deployment.ts';
import type { HeddleEnd } from './run.ts';

/** What `heddle status -o json` tells. */
export async function readStatus(deployment: Deployment, ...words: readonly string[]): Promise<StatusView> {
  return parseStatus(await deployment.heddle('status', '-o', 'json', ...words));
}

/** What a `heddle status -o json` told that has ended. */
export function parseStatus({
  stdout,
  stderr,
  exitCode,
}: Pick<HeddleEnd, 'stdout' | 'stderr' | 'exitCode'>): StatusView {
  if (exitCode !== 0) throw new Error(`heddle status ended with ${exitCode}: ${stderr}`);
  return JSON.parse(stdout) as StatusView;
}

/** The state of every role, `db.mysql` to `done`. */
export function states(view: StatusView): Record<string, string> {
  return Object.fromEntries(view.roles.map(({ node, role, state }) => [`${node}.${role}`, state]));
}
