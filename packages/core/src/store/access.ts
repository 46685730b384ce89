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

/** Nodes that join a scope whose rights were granted before. */
export interface AccessExtension {
  /** The rights of all, with those that join: the rules and sets of the others are what they were. */
  readonly plan: AccessPlan;
  /** Names of the nodes that join. */
  readonly joining: readonly string[];
  /** The rules that are new. */
  readonly added: readonly AccessRule[];
  /** Credentials of nodes that are there; a store that needs none of them ignores them. */
  readonly known: ReadonlyMap<string, StoreCredentials>;
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
  /**
   * Give nodes that join a scope their rights, and make their credentials; those of all others stay what they are. Doing it again for the
   * same nodes makes new ones. A store without it has no epochs that grow while every node has credentials of its own.
   *
   * @returns The credentials of those that join, by node.
   * @throws config-invalid when it takes the credentials of a node that is not known; denied; store errors.
   */
  extend?(extension: AccessExtension, options?: OperationOptions): Promise<ReadonlyMap<string, StoreCredentials>>;
  /** Take back what was granted for a scope: its credentials open nothing any more. Throws store errors. */
  revoke(scope: Key, options?: OperationOptions): Promise<void>;
}
