import type { Data, DataMap } from '../read/data.ts';
import type { DocumentPath, TemplateSource } from '../read/source.ts';

/** Data, and where the template has it. */
export interface Placed {
  readonly data: Data;
  readonly at: DocumentPath;
}

/** The groups of configurations that roles can be made of. */
export const configGroups = ['script', 'ansible', 'chef'] as const;
export type ConfigGroup = (typeof configGroups)[number];

/** What a deployment runs: the part of a configuration that is for the creation of a stack. */
export interface Config {
  readonly resource: string;
  readonly group: ConfigGroup;
  readonly text: Placed;
  /** By name; `data` is the default, null when there is none. */
  readonly inputs: ReadonlyMap<string, Placed & { readonly hasDefault: boolean }>;
  /** `isError`: the deployment has failed when it has a value. */
  readonly outputs: ReadonlyMap<string, { readonly isError: boolean; readonly at: DocumentPath }>;
  readonly options: Placed;
}

/** A server that a deployment names, or a group of servers. */
export interface Host {
  readonly resource: string;
  /** Its key in the `servers` of a deployment group. */
  readonly key?: string;
}

/** A deployment that becomes a role of each of its hosts; one without hosts does nothing while a stack is created. */
export interface Deployment {
  readonly resource: string;
  /** The name of the role. */
  readonly role: string;
  /** `one` server, `each` of a map of servers, or all `members` of a group, whose attributes are read with `membersKey`. */
  readonly kind: 'one' | 'each' | 'members';
  readonly membersKey?: 'attributes' | 'outputs';
  readonly hosts: readonly Host[];
  /** Undefined only without hosts. */
  readonly config?: Config;
  readonly inputs: ReadonlyMap<string, Placed>;
  readonly dependsOn: readonly { readonly name: string; readonly at: DocumentPath }[];
  /** By which Heat sorts the deployments of a server. */
  readonly order: string;
  readonly at: DocumentPath;
}

/** What a deployment gives its inputs, and the defaults of those that it gives nothing. */
export function inputsInUse({ inputs, config }: Pick<Deployment, 'inputs' | 'config'>): readonly Placed[] {
  const defaults = [...(config?.inputs ?? [])].flatMap(([name, placed]) => (inputs.has(name) ? [] : [placed]));
  return [...inputs.values(), ...defaults];
}

/** What deployments are read with. */
export interface ComponentReading {
  readonly source: TemplateSource;
  readonly resources: DataMap;
  /** What Heat takes for a call as the only key of a map: the functions of the template's version, and those that it has no more. */
  readonly functions: ReadonlySet<string>;
  /** Take a `W_COMPONENT`. */
  readonly warn: (at: DocumentPath, text: string) => void;
}

/** Attributes that every deployment has, and what a group of them calls theirs. */
export const ownAttributes: readonly string[] = ['deploy_stdout', 'deploy_stderr', 'deploy_status_code'];

/** Bring the name of a resource into the form of a role's or an output's; empty when nothing of it is left. */
export function repairedName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '');
}

/** Name the output of a node that an output of a deployment becomes. */
export function outputName(role: string, output: string): string {
  return `${role}_${output.toLowerCase().replace(/[^a-z0-9]+/g, '_')}`;
}
