import type { Project } from './project.ts';

/** Find the variables that hold a secret: set under `no_log` or from a vault, or made of one that is. */
export function secretVariables({ assignments }: Project): ReadonlySet<string> {
  const secrets = new Set(assignments.flatMap(({ finding }) => (finding.isSecret ? [finding.variable] : [])));
  let before = -1;
  while (secrets.size > before) {
    before = secrets.size;
    for (const { finding } of assignments)
      if ([...finding.uses].some((name) => secrets.has(name))) secrets.add(finding.variable);
  }
  return secrets;
}
