import { isGroupType, memberDefinition } from '../model/group.ts';
import { serverType } from '../model/template.ts';
import { type Data, entryOf, isDataList, isDataMap, writeData } from '../read/data.ts';
import type { DocumentPath } from '../read/source.ts';
import { argumentOfCall } from './call-data.ts';
import { namedResource } from './named-resource.ts';
import type { ComponentReading, Deployment, Host } from './terms.ts';

export type Hosts = Pick<Deployment, 'kind' | 'membersKey' | 'hosts'>;

/** Read the server that a deployment names; undefined after a report. */
export function readHost(
  written: Data | undefined,
  at: DocumentPath,
  reading: ComponentReading,
): Omit<Host, 'key'> | undefined {
  const asked = `the server of a deployment has to stand in this template: write { get_resource: SERVER }, with an ${serverType}`;
  const found = namedResource(written, at, reading, asked);
  if (found === undefined) return undefined;
  const { name, data } = found;
  const type = entryOf(data, 'type') ?? null;
  if (type === serverType) return { resource: name };
  reading.source.report(
    at,
    'E_COMPONENT',
    `"${name}" is ${writeData(type)}, and roles run on servers of the type ${serverType}`,
  );
  return undefined;
}

/** Read the servers of a deployment group: a map of them, or the `refs_map` of a group of servers. */
export function readHosts(written: Data | undefined, at: DocumentPath, reading: ComponentReading): Hosts | undefined {
  const read = argumentOfCall(written, 'get_attr');
  if (read !== undefined) return readMembers(read, at, reading);
  if (!isDataMap(written) || argumentOfCall(written, 'get_resource') !== undefined) {
    const text =
      'the servers of a deployment group have to stand in this template: write a map from names to { get_resource: SERVER }, or { get_attr: [GROUP, refs_map] }';
    reading.source.report(at, 'E_COMPONENT', text);
    return undefined;
  }
  const hosts = Object.entries(written).map(([key, server]) => {
    const host = readHost(server, [...at, key], reading);
    return host === undefined ? undefined : { ...host, key };
  });
  const known = hosts.filter((host) => host !== undefined);
  if (known.length < hosts.length) return undefined;
  const twice = known.find(({ resource }, index) => known.findIndex((other) => other.resource === resource) < index);
  if (twice === undefined) return { kind: 'each', hosts: known };
  reading.source.report([...at, twice.key], 'E_COMPONENT', `"${twice.resource}" stands here a second time`);
  return undefined;
}

function readMembers(read: Data, at: DocumentPath, { source, resources }: ComponentReading): Hosts | undefined {
  const [name, attribute, ...more] = isDataList(read) ? read : [];
  const resource = typeof name === 'string' ? entryOf(resources, name) : undefined;
  const type = entryOf(resource, 'type');
  const isGroup = typeof type === 'string' && isGroupType(type) && attribute === 'refs_map' && more.length === 0;
  const member = isDataMap(resource) && isGroup ? memberDefinition(resource, type, []) : undefined;
  if (typeof name === 'string' && entryOf(member?.data, 'type') === serverType) {
    const membersKey = type === 'OS::Heat::ResourceGroup' ? 'attributes' : 'outputs';
    return { kind: 'members', membersKey, hosts: [{ resource: name }] };
  }
  const text = `the servers are those of a group when this is { get_attr: [GROUP, refs_map] }, and the members of the group are of the type ${serverType}`;
  source.report(at, 'E_COMPONENT', text);
  return undefined;
}
