import { HeddleError, type Json, type StoreCredentials } from '@heddle/core';
import type { AclEntry, Identity } from './identity.ts';

/** What a node's credentials hold beside user and password: who it is, and what the znodes that it creates have to carry. */
export interface GrantRecord {
  readonly zookeeper: 1;
  /** One for each set that the node belongs to. */
  readonly identities: readonly Identity[];
  /** A znode that it may read, absolute. */
  readonly proof: string;
  /** What it may write: the znode of a key, absolute, with the list for everything at and below it. */
  readonly lists: readonly { readonly path: string; readonly acl: readonly AclEntry[] }[];
}

/** Read the record in credentials; undefined when they are no node's. @throws config-invalid, which shows nothing of it. */
export function grantOf({ grant }: StoreCredentials): GrantRecord | undefined {
  if (grant === undefined) return undefined;
  const record = grant as unknown as Partial<GrantRecord> | null;
  if (typeof record === 'object' && record?.zookeeper === 1) return record as GrantRecord;
  throw new HeddleError('config-invalid', 'the credentials were not made by this kind of store, or by a newer Heddle', {
    next: ['heddle seed writes credentials for the store that it seeds'],
  });
}

/** Write it as JSON. */
export function grantJson(record: GrantRecord): Json {
  return record as unknown as Json;
}
