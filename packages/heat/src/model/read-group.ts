import { entryOf, isDataList } from '../read/data.ts';
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
  { source, rolesKey, serverTypes }: Template,
): GroupType | undefined {
  const memberType = entryOf(member.data, 'type');
  const isHot = serverTypes.includes(serverType);
  if (isHot && isGroupType(type) && memberType === serverType) return type;
  const what = !isHot
    ? `roles on the members of a group are not supported in this format: write "${name}" in a template of the HOT format`
    : isGroupType(type)
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
  refuseSkipped(resource, template, size.count);
  const written = entryOf(resource.data.properties, 'index_var') ?? '%index%';
  if (typeof written === 'string' && written !== '')
    return { type, key: 'resource_def', ...size, indexVariable: written };
  const text = 'index_var has to be text that is known here: the name of each node is made from it';
  template.source.report([...resource.at, 'properties', 'index_var'], 'E_GROUP', text);
  return { type, key: 'resource_def', ...size, indexVariable: '%index%' };
}

/** Heat leaves out the indexes of members that are to be removed, also when it creates the group: the plan has none of the later ones. */
function refuseSkipped({ name, data, at }: TemplateResource, { source }: Template, count: number): void {
  const policies = entryOf(data.properties, 'removal_policies');
  for (const [place, policy] of (isDataList(policies) ? policies : []).entries()) {
    const listed = entryOf(policy, 'resource_list');
    for (const [index, member] of (isDataList(listed) ? listed : []).entries()) {
      if (typeof member !== 'string' && typeof member !== 'number') continue;
      if (!/^\d{1,9}$/.test(String(member)) || Number(member) >= count) continue;
      const text = `Heat would create "${name}" without the member ${member}, and with a later one that the plan does not have: leave it out of removal_policies`;
      source.report([...at, 'properties', 'removal_policies', place, 'resource_list', index], 'E_GROUP', text);
    }
  }
}
