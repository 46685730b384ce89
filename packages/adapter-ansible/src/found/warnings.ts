import type { FindContext } from '@heddle/agent';
import { didYouMean } from '@heddle/core';
import { type KnownHosts, mayCover } from './host-pattern.ts';
import type { Project } from './project.ts';
import type { Given } from './secret-variables.ts';
import { notVariables } from './uses.ts';
import type { Place } from './yaml-file.ts';

/** The files of a playbook, and where its plays may run. */
export interface ReadProject {
  readonly project: Project;
  readonly hosts: KnownHosts;
}

/** What was read for one role. */
export interface ReadRole extends ReadProject {
  readonly context: FindContext;
  readonly given: readonly Given[];
}

/** The variables of a deployment. */
export interface VariableNames {
  /** Those that tasks set, and those of outputs. */
  readonly set: ReadonlySet<string>;
  /** Those of plays, roles, inventories and inputs; undefined where some may stand in what cannot be read. */
  readonly written: ReadonlySet<string> | undefined;
  /** Those of other hosts that an output gives them. */
  readonly delivered: ReadonlySet<string>;
}

/** Collect the names of all variables that the files of a deployment and the deployment itself set. */
export function namesOfAll(roles: readonly ReadRole[]): VariableNames {
  const outputs = roles[0]?.context.peers.flatMap((peer) => peer.outputs) ?? [];
  const delivered = outputs.flatMap(({ path }) => (path[0] === 'hostvars' ? path.slice(2, 3) : []));
  const set = roles.flatMap(({ project }) => [...project.assignments, ...project.delegated]);
  const isWhole = roles.every(
    ({ project, hosts }) => !project.hasEncrypted && !project.makesGroups && hosts.isComplete,
  );
  const written = roles.flatMap(({ project, given }) => [
    ...project.definitions.map(({ variable }) => variable),
    ...given.map(({ name }) => name),
  ]);
  return {
    set: new Set([
      ...set.map(({ finding }) => finding.variable),
      ...outputs.flatMap(({ name, path: [variable = name] }) => [name, variable]),
      ...delivered,
    ]),
    written: isWhole ? new Set(written) : undefined,
    delivered: new Set(delivered),
  };
}

/** Write what a run of a role will lack: one line each, with its place. */
export function warningsOf(
  { project, hosts, context }: ReadRole,
  { set, written, delivered }: VariableNames,
  secrets: ReadonlySet<string>,
): readonly string[] {
  const isHere = (pattern: string | undefined): boolean =>
    pattern === undefined || mayCover(pattern, context.members, hosts);
  const undelivered = project.delegated.flatMap(({ finding: { variable, place, isSecret, uses }, hosts: pattern }) => {
    if (delivered.has(variable) || !isHere(pattern)) return [];
    const path = `hostvars.*.${variable}`;
    const isSensitive = isSecret || [...uses.names].some((name) => secrets.has(name));
    const line = isSensitive ? `{ path: "${path}", sensitive: true }  # each reader needs an input with it` : path;
    return `${placed(place)}: sets ${variable} for other hosts (delegate_facts), which get it once its role has the output  ${variable.toLowerCase()}: ${line}`;
  });
  const unset = project.mentions.flatMap(({ finding: { variable, place, isNamed }, hosts: pattern }) => {
    const isKnown = set.has(variable) || notVariables.has(variable) || variable.startsWith('ansible_');
    if (isNamed !== true || isKnown || written?.has(variable) !== false || !isHere(pattern)) return [];
    const meant = didYouMean(variable, set);
    return meant === undefined
      ? []
      : `${placed(place)}: reads ${variable} of another host, which nothing sets; did you mean "${meant}"?`;
  });
  return [...undelivered, ...unset];
}

function placed({ file, line }: Place): string {
  return `${file}:${line}`;
}
