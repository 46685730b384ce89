import { entryOf } from '../read/data.ts';
import { type Definition, type Group, type GroupType, isGroupType } from './group.ts';
import { type GivenParameters, groupSize } from './group-size.ts';
import { serverType, type Template, type TemplateResource } from './template.ts';

/**
 * Tell which kind of group has members with roles; undefined after a report: the members are no servers, or the group tells them nothing of
 * itself, and nobody would run the roles.
 */
export function groupTypeOf(
  { name, type }: TemplateResource,
  member: Definition,
  { source, rolesKey }: Template,
): GroupType | undefined {
  const memberType = entryOf(member.data, 'type');
  if (isGroupType(type) && memberType === serverType) return type;
  const what = isGroupType(type)
    ? `roles count on members of type ${serverType}, not ${JSON.stringify(memberType ?? null)}`
    : `roles on the members of ${type} are not supported: write "${name}" as OS::Heat::AutoScalingGroup`;
  const text = `${what}; for data of your own choose another key with --roles-key`;
  source.report([...member.at, 'metadata', rolesKey], 'E_GROUP', text);
  return undefined;
}

/** Read how many members a group has, and how they learn which of them they are. */
export function readGroup(
  type: GroupType,
  resource: TemplateResource,
  template: Template,
  given: GivenParameters,
): Group {
  const size = groupSize(resource, type, template, given);
  if (type === 'OS::Heat::AutoScalingGroup') return { type, key: 'resource', ...size };
  const written = entryOf(resource.data.properties, 'index_var') ?? '%index%';
  if (typeof written === 'string' && written !== '')
    return { type, key: 'resource_def', ...size, indexVariable: written };
  const text = 'index_var has to be text that is known here: the name of each node is made from it';
  template.source.report([...resource.at, 'properties', 'index_var'], 'E_GROUP', text);
  return { type, key: 'resource_def', ...size, indexVariable: '%index%' };
}
