import { nameProblem, type Traits } from '@heddle/core';
import { dataWords, entryOf, isDataList } from '../read/data.ts';
import { isGroupType, memberDefinition } from './group.ts';
import type { GivenParameters } from './group-size.ts';
import { heatAttributes } from './heat-attributes.ts';
import { checkNodeNames } from './node-names.ts';
import { groupTypeOf, readGroup } from './read-group.ts';
import { readRole } from './read-role.ts';
import type { Role, Server } from './role.ts';
import { ToldByMachines, type WrittenOutput } from './server-outputs.ts';
import { serverType, type Template, type TemplateResource } from './template.ts';

/** The name of the role that Heddle adds to a server whose own address or name others read at run time. */
export const machineRole = 'machine';

/** What servers are read with. */
export interface ServerReading {
  /** Of every wait that has no deadline of its own. */
  readonly deadlineMs: number;
  /** Values of parameters, before their defaults. */
  readonly parameters: GivenParameters;
  /** What roles do by their adapter without a word in the template. */
  readonly traits: Traits;
}

/** Read the roles of all servers and groups of a template; those without roles are left out. */
export function readServers(template: Template, reading: ServerReading): ReadonlyMap<string, Server> {
  const servers = new Map<string, Server>();
  const told = new ToldByMachines(reading.traits);
  for (const resource of template.resources.values()) {
    refuseInstance(resource, template);
    const server = readServer(resource, template, { ...reading, told });
    if (server !== undefined) servers.set(server.resource, server);
  }
  checkNodeNames(servers, template);
  return servers;
}

function readServer(
  resource: TemplateResource,
  template: Template,
  { deadlineMs, parameters, told: toldByMachines }: ServerReading & { readonly told: ToldByMachines },
): Server | undefined {
  const { source, rolesKey, readExpression } = template;
  const member = memberDefinition(resource.data, resource.type, resource.at);
  const definition = member ?? { data: resource.data, at: resource.at };
  if (member === undefined && !template.serverTypes.includes(resource.type)) return undefined;
  const written = entryOf(definition.data.metadata, rolesKey);
  if (written === undefined) return undefined;
  const at = [...definition.at, 'metadata', rolesKey];
  const groupType = member === undefined ? undefined : groupTypeOf(resource, member, template);
  if (member !== undefined && groupType === undefined) return undefined;
  if (!isDataList(written)) {
    source.report(
      at,
      'E_ROLE',
      `"${rolesKey}" is a list of roles, not ${dataWords(written)}; for data of your own choose another key with --roles-key`,
    );
    return undefined;
  }
  if (written.length === 0) return undefined;
  refuseAdopted(resource, template);
  const roles = written.flatMap((data, index) => {
    return readRole(data, index, [...at, index], { source, readExpression, deadlineMs }) ?? [];
  });
  const told = toldByMachines.with(roles);
  checkRoleNames(roles, new Set([...told.values()].map(({ role }) => role.name)), template);
  return {
    resource: resource.name,
    node: nodeName(resource, template),
    ...(groupType === undefined ? {} : { group: readGroup(groupType, resource, template, parameters) }),
    definition,
    roles,
    outputs: collectOutputs(resource, roles, template),
    told,
    at: resource.at,
  };
}

function nodeName({ name, at }: TemplateResource, { source }: Template): string {
  const node = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '');
  const problem = nameProblem('node', node);
  if (problem !== undefined) source.report(at, 'E_NAME', `the server "${name}" cannot be a node: ${problem}`);
  return node;
}

function checkRoleNames(roles: readonly Role[], taken: ReadonlySet<string>, { source }: Template): void {
  const seen = new Map<string, Role>();
  for (const role of roles) {
    if (role.name === '') continue;
    const first = seen.get(role.name);
    if (role.name === machineRole) {
      source.report(
        role.at,
        'E_NAME',
        `"${machineRole}" is the role in which a machine publishes its own address: choose another name`,
      );
    }
    if (taken.has(role.name)) {
      const text = `Heddle's own role that publishes facts has the name "${role.name}": choose another name`;
      source.report(role.at, 'E_NAME', text);
    }
    if (first === undefined) seen.set(role.name, role);
    else {
      const { line } = source.locate(first.at);
      source.report(
        role.at,
        'E_DUP_ROLE',
        `the role "${role.name}" stands here a second time; the first is on line ${line}`,
      );
    }
  }
}

function collectOutputs(resource: TemplateResource, roles: readonly Role[], { source }: Template): Server['outputs'] {
  const outputs = new Map<string, WrittenOutput>();
  // What a group tells of each member, and of itself.
  const own = [...(isGroupType(resource.type) ? [serverType] : []), resource.type].flatMap(
    (type) => heatAttributes(type) ?? [],
  );
  for (const role of roles) {
    for (const output of role.outputs) {
      const first = outputs.get(output.name);
      if (own.includes(output.name)) {
        source.report(
          output.at,
          'E_SHADOW',
          `"${output.name}" is an attribute that Heat gives ${resource.type}: choose another name`,
        );
      }
      if (first === undefined) outputs.set(output.name, { output, role });
      else {
        const { line } = source.locate(first.output.at);
        const text = `${resource.name} declares the output "${output.name}" a second time; the first is on line ${line}, in role "${first.role.name}"`;
        source.report(output.at, 'E_DUP_OUTPUT', text);
      }
    }
  }
  return outputs;
}

/** Heat only looks at a machine that is there: it never gives it user data. */
function refuseAdopted({ name, data, at }: TemplateResource, { source }: Template): void {
  if ((entryOf(data, 'external_id') ?? null) === null) return;
  const text = `"${name}" is a machine that is there already, which gets no user data from Heat, so nobody would run its roles: let Heat create the server, or take its roles out`;
  source.report([...at, 'external_id'], 'E_ROLE', text);
}

/** Its user data is a script that other tools run: what is emitted for a server would not be read there. */
function refuseInstance({ name, type, data, at }: TemplateResource, template: Template): void {
  const { source, rolesKey, serverTypes } = template;
  if (serverTypes.includes(type) || type !== 'AWS::EC2::Instance' || entryOf(data.metadata, rolesKey) === undefined)
    return;
  const text = `roles on ${type} are not supported: write "${name}" as OS::Nova::Server; for data of your own choose another key with --roles-key`;
  source.report([...at, 'metadata', rolesKey], 'E_ROLE', text);
}
