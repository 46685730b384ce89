import type { Key, OperationOptions, StoreCredentials } from './store.ts';

/**
 * Who may do what with the entries at and below one key. Nobody else may do anything there, except who handed out the rights.
 *
 * Readers and writers are names of sets of nodes; a writer may read too, and may create and remove entries.
 */
export interface AccessRule {
  readonly prefix: Key;
  readonly readers: readonly string[];
  readonly writers: readonly string[];
}

/** The rights in one epoch of a deployment. */
export interface AccessPlan {
  /** The key that everything of the epoch is below, `[DEPLOYMENT, EPOCH]`; the names of users and sets begin with it. */
  readonly scope: Key;
  /** Every node with the names of the sets that it belongs to, at least one. */
  readonly members: ReadonlyMap<string, readonly string[]>;
  /** Their prefixes are at or below `scope`, and none is at or below another one. */
  readonly rules: readonly AccessRule[];
}

/** Hands out rights, where a store can give every node rights of its own. Absent in a store that cannot. */
export interface StoreAccess {
  /** Whether the user of this connection may hand out rights. Throws store errors. */
  mayGrant(options?: OperationOptions): Promise<boolean>;
  /**
   * Give the nodes of a plan their rights, and make the credentials that they connect with; resolves when both hold.
   *
   * Keys of rules are made ready for their writers; what is at or below them already falls under the rule too. It is called again for the
   * same scope when an earlier call did not end: the credentials of that one are worth nothing any more.
   * @returns The credentials by node.
   * @throws denied when the user of this connection may not; store errors.
   */
  grant(plan: AccessPlan, options?: OperationOptions): Promise<ReadonlyMap<string, StoreCredentials>>;
  /** Take back what was granted for a scope: its credentials open nothing any more. Throws store errors. */
  revoke(scope: Key, options?: OperationOptions): Promise<void>;
}
