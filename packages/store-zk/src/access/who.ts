import type { StoreCredentials } from '@heddle/core';
import type { Rights } from '../store.ts';
import { grantedAcls, inheritedAcls, noAcls } from './acls.ts';
import { grantOf } from './grant-record.ts';
import { administratorOf, digestId, type Identity } from './identity.ts';

/** Who a connection is to ZooKeeper. */
export interface Who extends Rights {
  readonly identities: readonly Identity[];
  /** A znode that a node may read; undefined for everybody else. */
  readonly proof: string | undefined;
}

/** Tell it from the credentials: nobody, a node with what it was granted, or an administrator. @throws config-invalid */
export function whoIs(credentials: StoreCredentials | undefined): Who {
  const nothing = { proof: undefined, administrator: undefined, granted: [] };
  if (credentials === undefined) return { ...nothing, identities: [], acls: noAcls };
  const grant = grantOf(credentials);
  if (grant !== undefined) {
    const { identities, proof, lists } = grant;
    return { ...nothing, identities, proof, acls: grantedAcls(grant), granted: lists.map(({ path }) => path) };
  }
  const named = { user: credentials.user, password: credentials.password };
  const derived = administratorOf(credentials);
  const identities = [named, derived];
  const acls = inheritedAcls(new Set(identities.map(digestId)));
  return { ...nothing, identities, acls, administrator: { named, derived } };
}
