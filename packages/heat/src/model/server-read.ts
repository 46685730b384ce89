import type { Segments } from '@heddle/core';
import { type AttributeCall, attributeCall, type HotCall } from './hot.ts';
import type { Server } from './role.ts';

/** Of which members of a group something is read. */
export type Selection =
  | { readonly kind: 'one'; readonly index: number }
  /** `by-index`: a map with the members' indexes as keys, as a ResourceGroup gives it; `map` has the names of nodes. */
  | { readonly kind: 'all'; readonly as: 'list' | 'map' | 'by-index' };

/** A `get_attr` of a server with roles, or of a group of them. */
export interface ServerRead {
  readonly server: Server;
  /** An attribute of the server, or of each member; undefined for what Heat tells of the group itself. */
  readonly attribute?: string;
  /** Segments into the value; undefined when one of them is computed, or counts from an end. */
  readonly segments?: Segments;
  /** Undefined for a single server. */
  readonly members?: Selection;
  /** Why the group has no such thing. */
  readonly fault?: { readonly code: 'E_ATTR' | 'E_GROUP_INDEX'; readonly text: string };
}

/** Read a `get_attr` of a server that has roles; undefined for all others, and when its names are computed. */
export function serverRead(call: HotCall, servers: ReadonlyMap<string, Server>): ServerRead | undefined {
  const read = call.name === 'get_attr' ? attributeCall(call) : undefined;
  const server = read === undefined ? undefined : servers.get(read.resource);
  if (read === undefined || server === undefined) return undefined;
  if (server.group === undefined) return { server, ...attributeOf(read) };
  return {
    server,
    ...(server.group.type === 'OS::Heat::ResourceGroup' ? ofResourceGroup : ofScalingGroup)(read, server),
  };
}

type Found = Omit<ServerRead, 'server'>;

function attributeOf({ attribute, segments }: Pick<AttributeCall, 'attribute' | 'segments'>): Found {
  return { ...(attribute === undefined ? {} : { attribute }), ...(segments === undefined ? {} : { segments }) };
}

const own = ['refs', 'refs_map', 'removed_rsrc_list', 'current_size', 'show'];

/** `[G, ATTR, ...]` is a list of all, `[G, attributes, ATTR]` a map; see also `ofMember`. */
function ofResourceGroup(read: AttributeCall, server: Server): Found {
  const { attribute } = read;
  if (attribute === undefined || own.includes(attribute)) return {};
  if (attribute === 'attributes') return { ...innerOf(read), members: { kind: 'all', as: 'by-index' } };
  return ofMember(read, server) ?? { ...attributeOf(read), members: { kind: 'all', as: 'list' } };
}

/** `[A, outputs_list, ATTR]` is a list of all, `[A, outputs, ATTR]` a map. */
function ofScalingGroup(read: AttributeCall, server: Server): Found {
  const { attribute } = read;
  if (attribute === undefined || own.includes(attribute)) return {};
  if (attribute === 'outputs') return { ...innerOf(read), members: { kind: 'all', as: 'map' } };
  if (attribute === 'outputs_list') return { ...innerOf(read), members: { kind: 'all', as: 'list' } };
  const one = ofMember(read, server);
  if (one !== undefined) return one;
  const text = `"${server.resource}" (${server.group?.type}) has no attribute "${attribute}": for a list of what its members have, write [${server.resource}, outputs_list, ${attribute}]`;
  return { fault: { code: 'E_ATTR', text } };
}

/** `[G, resource.N, ATTR, ...]` and `[G, resource.N.ATTR, ...]` are of one member. */
function ofMember(read: AttributeCall, { resource, group }: Server): Found | undefined {
  const { attribute = '', segments } = read;
  const [, index = '', named] = /^resource\.([^.]*)(?:\.(.+))?$/s.exec(attribute) ?? [];
  if (!attribute.startsWith('resource.')) return undefined;
  const count = group?.count ?? 0;
  const isThere = /^\d{1,9}$/.test(index) && (Number(index) < count || group?.isUnknown === true);
  if (!isThere) {
    const there = count === 0 ? 'no members' : count === 1 ? 'only the member 0' : `the members 0 to ${count - 1}`;
    return { fault: { code: 'E_GROUP_INDEX', text: `there is no "${attribute}": "${resource}" has ${there}` } };
  }
  const members = { kind: 'one', index: Number(index) } as const;
  return named === undefined
    ? { ...innerOf(read), members }
    : { attribute: named, ...(segments === undefined ? {} : { segments }), members };
}

/** The attribute is the first of what follows; nothing is known of one that is computed. */
function innerOf({ inner, segments }: AttributeCall): Found {
  return inner === undefined ? {} : attributeOf({ attribute: inner, ...(segments && { segments: segments.slice(1) }) });
}
