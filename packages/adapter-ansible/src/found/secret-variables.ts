import type { Definition, Project } from './project.ts';

/** A variable that the deployment file gives a play. */
export interface Given {
  readonly name: string;
  readonly sensitive: boolean;
}

/**
 * Find the variables that hold a secret: set under `no_log` or from a vault, or made of one that is.
 * With an encrypted file a variable that no file defines may be from there.
 */
export function secretVariables(project: Project, given: readonly Given[]): ReadonlySet<string> {
  const all: readonly Definition[] = [...project.assignments.map(({ finding }) => finding), ...project.definitions];
  const known = new Set([...all.map(({ variable }) => variable), ...given.map(({ name }) => name)]);
  const isUnknown = (name: string): boolean => project.hasEncrypted && !known.has(name);
  const secrets = new Set(given.flatMap(({ name, sensitive }) => (sensitive ? [name] : [])));
  for (const { variable, isSecret, uses } of all)
    if (isSecret || [...uses.variables].some(isUnknown)) secrets.add(variable);
  let before = -1;
  while (secrets.size > before) {
    before = secrets.size;
    for (const { variable, uses } of all) if ([...uses.names].some((name) => secrets.has(name))) secrets.add(variable);
  }
  return secrets;
}
