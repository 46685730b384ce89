import type { Definition, Project } from './project.ts';

/** A variable that the deployment file gives a play. */
export interface Given {
  readonly name: string;
  readonly sensitive: boolean;
}

/** The files of a role, and what the deployment file gives it. */
export interface Play {
  readonly project: Project;
  readonly given: readonly Given[];
}

/** Find the variables of each role that hold a secret, which it may have read of another role too. */
export function secretsOfAll<Role extends Play>(roles: readonly Role[]): ReadonlyMap<Role, ReadonlySet<string>> {
  const elsewhere = new Set<string>();
  for (;;) {
    const found = new Map(roles.map((role) => [role, secretVariables(role, elsewhere)] as const));
    const before = elsewhere.size;
    for (const [{ project }, secrets] of found)
      for (const { finding } of project.assignments) if (secrets.has(finding.variable)) elsewhere.add(finding.variable);
    if (elsewhere.size === before) return found;
  }
}

/**
 * Find the variables that hold a secret: set under `no_log` or from a vault, or made of one that is.
 * With an encrypted file a variable that no file defines may be from there.
 */
function secretVariables({ project, given }: Play, elsewhere: ReadonlySet<string>): ReadonlySet<string> {
  const all: readonly Definition[] = [...project.assignments.map(({ finding }) => finding), ...project.definitions];
  const known = new Set([...all.map(({ variable }) => variable), ...given.map(({ name }) => name)]);
  const isUnknown = (name: string): boolean => project.hasEncrypted && !known.has(name);
  const reads = [
    ...project.mentions.map(({ finding }) => finding.variable),
    ...[...project.aliases.values()].flatMap((names) => [...names]),
  ];
  const secrets = new Set([
    ...given.flatMap(({ name, sensitive }) => (sensitive ? [name] : [])),
    ...reads.filter((name) => elsewhere.has(name)),
  ]);
  for (const { variable, isSecret, uses } of all)
    if (isSecret || [...uses.variables].some(isUnknown)) secrets.add(variable);
  let before = -1;
  while (secrets.size > before) {
    before = secrets.size;
    for (const { variable, uses } of all) if ([...uses.names].some((name) => secrets.has(name))) secrets.add(variable);
  }
  return secrets;
}
