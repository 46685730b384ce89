import { memberName } from '../../expressions/expression.ts';
import type { EpochKeys } from '../../store/keys.ts';
import type { Key, Rev } from '../../store/store.ts';
import type { NeverComing } from '../wait/never-coming.ts';

/** Which gather: one output of one group. Membership comes from the plan. */
export interface GatherId {
  readonly group: string;
  readonly output: string;
  readonly count: number;
}

/** Stored at `gathers/<group>/<output>/head`. Holds no values; those are in the chunks of its generation. */
export interface GatherHead {
  /** The writer that stands for it; a head of a writer that is gone is not trusted. */
  readonly writer: string;
  readonly generation: number;
  /** Number of chunks of this generation; 0 until every member is present. */
  readonly chunks: number;
  /** Member to the revision of its value. */
  readonly present: Readonly<Record<string, Rev>>;
  /** Member to why its value will never come. */
  readonly failed: Readonly<Record<string, NeverComing>>;
}

/** Stored below the head, tied to the writer's session: one watch on the head sees both. */
export interface GatherWriterRecord {
  readonly id: string;
  readonly node: string;
}

/** The key of the writer's election. */
export function writerKey(keys: EpochKeys, { group, output }: GatherId): Key {
  return [...keys.gatherHead(group, output), 'writer'];
}

/** Names of all members, in index order. */
export function gatherMembers({ group, count }: GatherId): string[] {
  return Array.from({ length: count }, (_, index) => memberName(group, index));
}
