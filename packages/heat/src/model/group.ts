import { type Data, type DataMap, entryOf, isDataMap } from '../read/data.ts';
import type { DocumentPath } from '../read/source.ts';
import type { GroupSize } from './group-size.ts';
import type { Hot } from './hot.ts';
import { groupTypes } from './nested.ts';

/** A group whose members have roles. */
export interface Group extends GroupSize {
  readonly type: GroupType;
  /** The property that holds the definition of the members. */
  readonly key: string;
  /** What Heat replaces by the index of a member; undefined: a member learns its index when it has booted. */
  readonly indexVariable?: string;
}

/** The types whose members can have roles. */
export type GroupType = 'OS::Heat::ResourceGroup' | 'OS::Heat::AutoScalingGroup';

/** True for a type of which Heat numbers the members. */
export function isGroupType(type: string): type is GroupType {
  return type === 'OS::Heat::ResourceGroup' || type === 'OS::Heat::AutoScalingGroup';
}

/** A definition of servers: a resource, or what a group makes its members from. */
export interface Definition {
  readonly data: DataMap;
  readonly at: DocumentPath;
}

/** The definition of a group's members; undefined for what is no group, or has none. */
export function memberDefinition(resource: DataMap, type: string, at: DocumentPath): Definition | undefined {
  const key = groupTypes[type];
  const data = key === undefined ? undefined : entryOf(resource.properties, key);
  return key === undefined || !isDataMap(data) ? undefined : { data, at: [...at, 'properties', key] };
}

/** Give a definition of servers without their roles; metadata that held nothing else goes, too. */
export function withoutRoles(definition: DataMap, rolesKey: string): DataMap {
  const { metadata, ...rest } = definition;
  if (!isDataMap(metadata) || !Object.hasOwn(metadata, rolesKey)) return definition;
  const { [rolesKey]: _, ...own } = metadata;
  return Object.keys(own).length === 0 ? rest : { ...rest, metadata: own };
}

/** Put another definition of the members into a group. */
export function withDefinition(resource: DataMap, key: string, definition: DataMap): DataMap {
  return { ...resource, properties: { ...(resource.properties as DataMap), [key]: definition } };
}

/** The properties of a resource as Heat shall see them: members of a group without their roles. */
export function ownProperties(resource: DataMap, type: string, rolesKey: string): Data {
  const member = memberDefinition(resource, type, []);
  if (member === undefined) return resource.properties ?? null;
  return withDefinition(resource, groupTypes[type] ?? '', withoutRoles(member.data, rolesKey)).properties ?? null;
}

/** The properties of the members of a group as calls recognised; of a single server its own. */
export function memberProperties(properties: Hot, group: Group | undefined): Hot {
  if (group === undefined) return properties;
  return entryIn(entryIn(properties, group.key), 'properties');
}

function entryIn(hot: Hot, key: string): Hot {
  const found = hot.kind === 'map' ? hot.entries.find(([name]) => name === key) : undefined;
  return found?.[1] ?? { kind: 'literal', data: null, at: [...hot.at, key] };
}
