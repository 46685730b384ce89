import { attributeCall, type HotCall, namedTarget } from '../model/hot.ts';
import { groupTypes } from '../model/nested.ts';
import type { Template } from '../model/template.ts';

/** What Heat gives before it is whole, and nobody can see that it is not: the name of a resource for its id, some of many attributes. */
export interface HalfMade {
  readonly what: string;
  /** What to write in its place. */
  readonly next: string;
}

/** Tell whether the value of a call could be copied from the stack's outputs before it is whole; undefined when not. */
export function halfMade(call: HotCall, { resources }: Template): HalfMade | undefined {
  if (call.name === 'get_resource') {
    const name = namedTarget(call) ?? '';
    if (resources.get(name)?.type === 'OS::Heat::RandomString') return undefined;
    return { what: `the id of "${name}"`, next: `read an attribute of "${name}" that tells it, such as show` };
  }
  const read = call.name === 'get_attr' ? attributeCall(call) : undefined;
  if (read === undefined) return undefined;
  const { resource: name, attribute } = read;
  if (attribute === undefined) {
    return { what: `the map of all attributes of "${name}"`, next: 'read those that are needed, each by its name' };
  }
  if (!isGroup(resources.get(name)?.type)) return undefined;
  const isIdOfMember = /^resource\.[^.]*$/.test(attribute) && read.segments?.length === 0;
  if (!isIdOfMember && attribute !== 'refs' && attribute !== 'refs_map') return undefined;
  return {
    what: `the attribute "${attribute}" of "${name}"`,
    next: 'read an attribute of its members that tells their ids, such as show',
  };
}

/** Tell whether a call gives a value for each member of a group: until a member exists, Heat gives null for its value. */
export function isOfMembers(call: HotCall, { resources }: Template): boolean {
  const read = call.name === 'get_attr' ? attributeCall(call) : undefined;
  if (read?.attribute === undefined || !isGroup(resources.get(read.resource)?.type)) return false;
  return !ofGroup.includes(read.attribute) && !read.attribute.startsWith('resource.');
}

/** Attributes of a group itself. */
const ofGroup: readonly string[] = ['current_size', 'removed_rsrc_list', 'show'];

function isGroup(type: string | undefined): boolean {
  return type === 'OS::Heat::ResourceChain' || Object.hasOwn(groupTypes, type ?? '');
}
