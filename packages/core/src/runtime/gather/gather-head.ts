import { memberName } from '../../expressions/expression.ts';
import type { Entry, Rev } from '../../store/store.ts';
import type { Json } from '../../values/json.ts';
import { type Packed, unpack } from '../../values/packed.ts';
import { parse } from '../epoch.ts';
import type { NeverComing } from '../wait/never-coming.ts';

/** Which gather: one output of one group of this size. Membership comes from the plan. */
export interface GatherId {
  readonly group: string;
  readonly output: string;
  readonly count: number;
}

/** A member, the revision of its value, and the value: null with a fourth entry, which holds it packed. */
export type GatheredMember = readonly [member: string, rev: Rev, value: Json, gzip?: string];

/** Put a member's value into an aggregate, as it stands in the store: a thousand are many to pack again. */
export function packedMember(member: string, rev: Rev, packed: Packed): GatheredMember {
  return 'gzip' in packed ? [member, rev, null, packed.gzip] : [member, rev, packed.value];
}

/** Take a member's value out of an aggregate; throws corrupt. */
export function memberValue([, , value, gzip]: GatheredMember): Json {
  return gzip === undefined ? value : unpack({ gzip });
}

/**
 * Stored at `gathers/<group>/<output>/<count>/head`, tied to the session of the writer: whoever creates it is elected, and only a head whose
 * writer lives is there.
 */
export interface GatherHead {
  /** Names the election, not the node: an agent that is elected again is another writer. */
  readonly writer: string;
  /** Counts the aggregates of this gather, whoever wrote them; 0 until every member is present. */
  readonly generation: number;
  /** The members of a complete gather, when all of them fit into the head. */
  readonly members?: readonly GatheredMember[];
  /** Number of chunks that hold the members of a complete gather otherwise. */
  readonly chunks?: number;
  /** Member to why its value will never come. */
  readonly failed: Readonly<Record<string, NeverComing>>;
}

/** Stored at `gathers/<group>/<output>/<count>/progress` while members are absent, for readers that need only some, and for messages. */
export interface GatherProgress {
  /** Whose progress it is; that of a writer that is gone says nothing. */
  readonly writer: string;
  /** The members that are present. */
  readonly present: readonly string[];
}

/** Read a head; an empty entry is a seeded key that nobody has written. */
export function parseHead(entry: Entry | undefined): GatherHead | undefined {
  return entry === undefined || entry.value.byteLength === 0 ? undefined : parse<GatherHead>(entry);
}

const mostKnown = 64;
const known = new Map<string, readonly string[]>();

/** Names of all members, in index order. */
export function gatherMembers({ group, count }: Pick<GatherId, 'group' | 'count'>): readonly string[] {
  // Asked again at every step of a gather; a node has few groups.
  const id = `${group} ${count}`;
  const found = known.get(id);
  if (found !== undefined) return found;
  if (known.size >= mostKnown) known.clear();
  const members = Array.from({ length: count }, (_, index) => memberName(group, index));
  known.set(id, members);
  return members;
}
