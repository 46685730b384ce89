import {
  type AccessPlan,
  type AccessRule,
  HeddleError,
  inParallel,
  type Key,
  type OperationOptions,
  type StoreAccess,
  type StoreCredentials,
} from '@heddle/core';
import { nodeChain, nodePath } from '../layout.ts';
import type { Requests } from '../link.ts';
import type { Acls } from './acls.ts';
import { grantJson, grantOf } from './grant-record.ts';
import { type AclEntry, ALL, CREATE, DELETE, digestId, type Identity, newIdentity, READ, WRITE } from './identity.ts';

/** Who hands out rights. */
export interface Administrator {
  /** By its own name, which lists say only where no node may read them. */
  readonly named: Identity;
  /** As nodes get to know it. */
  readonly derived: Identity;
}

export interface AccessOptions {
  readonly root: string;
  readonly administrator: Administrator;
  readonly acls: Acls;
  /** Do something on a link, and again on the next one when it is lost meanwhile. */
  perform<T>(name: string, attempt: (link: Requests) => Promise<T>, options: OperationOptions): Promise<T>;
}

/** Sets of nodes are identities of ZooKeeper's digest scheme; a node is all those whose sets it belongs to. */
export function createAccess({ root, administrator, acls, perform }: AccessOptions): StoreAccess {
  const owner: AclEntry = { id: digestId(administrator.derived), permissions: ALL };
  const alone: readonly AclEntry[] = [owner, { id: digestId(administrator.named), permissions: ALL }];
  return {
    mayGrant: async () => true,
    async grant(plan, options = {}) {
      const identities = identitiesOf(plan);
      const lists = plan.rules.map((rule) => ({ rule, acl: [owner, ...entriesOf(rule, identities)] }));
      await perform(
        'grant',
        (link) => {
          const make = makerOf(link);
          return inParallel(lists, ({ rule, acl }) => prepareRule(link, root, rule.prefix, acl, make));
        },
        options,
      );
      acls.forget();
      return credentialsOf(root, plan, identities, lists);
    },
    async extend({ plan, joining, added, known }, options = {}) {
      const identities = joinedIdentities(plan, joining, known);
      // Of the others' rules only those are of use to who joins in which it has a part.
      const isJoining = new Set(joining.flatMap((node) => plan.members.get(node) ?? []));
      const isNew = new Set(added);
      const listOf = (rule: AccessRule) => ({ rule, acl: [owner, ...entriesOf(rule, identities)] });
      const lists = plan.rules
        .filter((rule) => isNew.has(rule) || [...rule.readers, ...rule.writers].some((set) => isJoining.has(set)))
        .map(listOf);
      await perform(
        'extend',
        (link) => {
          const make = makerOf(link);
          const fresh = lists.filter(({ rule }) => isNew.has(rule));
          return inParallel(fresh, ({ rule, acl }) => prepareRule(link, root, rule.prefix, acl, make));
        },
        options,
      );
      acls.forget();
      const members = new Map(joining.map((node) => [node, plan.members.get(node) ?? []]));
      return credentialsOf(root, { ...plan, members }, identities, lists);
    },
    async revoke(scope, options = {}) {
      await perform('revoke', (link) => giveTo(link, nodePath(root, scope), alone), options);
      acls.forget();
    },
  };
}

function identitiesOf({ scope, members }: AccessPlan): ReadonlyMap<string, Identity> {
  const sets = new Set([...members.values()].flat());
  return new Map([...sets].map((set) => [set, newIdentity(userOf(scope, set))]));
}

function userOf(scope: Key, set: string): string {
  // A colon would end the user's name.
  return [...scope, set].join('.').replaceAll(':', '%3A');
}

/** The identities of the sets that are there, as the credentials of their nodes hold them, and new ones for sets of those that join alone. */
function joinedIdentities(
  { scope, members }: AccessPlan,
  joining: readonly string[],
  known: ReadonlyMap<string, StoreCredentials>,
): ReadonlyMap<string, Identity> {
  const byUser = new Map(
    [...known.values()].flatMap((one) => grantOf(one)?.identities ?? []).map((id) => [id.user, id]),
  );
  const isJoining = new Set(joining);
  const old = new Set([...members].filter(([node]) => !isJoining.has(node)).flatMap(([, sets]) => sets));
  const identities = new Map<string, Identity>();
  for (const [node, sets] of members) {
    for (const set of sets) {
      const user = userOf(scope, set);
      const found = old.has(set) ? byUser.get(user) : (identities.get(set) ?? newIdentity(user));
      if (found !== undefined) identities.set(set, found);
      else if (!known.has(node)) throw unknownError(node);
    }
  }
  return identities;
}

function unknownError(node: string): HeddleError {
  return new HeddleError(
    'config-invalid',
    `the credentials of ${node} are not here, and on ZooKeeper who joins is given a part of those of the others`,
    { next: ['heddle scale --credentials FOLDER  where heddle seed wrote the credentials of all nodes'] },
  );
}

function entriesOf({ readers, writers }: AccessRule, identities: ReadonlyMap<string, Identity>): readonly AclEntry[] {
  const entries = (sets: readonly string[], permissions: number): readonly AclEntry[] =>
    sets.flatMap((set) => {
      const identity = identities.get(set);
      return identity === undefined ? [] : [{ id: digestId(identity), permissions }];
    });
  return [...entries(writers, READ | WRITE | CREATE | DELETE), ...entries(readers, READ)];
}

/** Make the znode of a rule's prefix with its list; one that is there gets the list, and so does all that is below it. */
async function prepareRule(
  link: Requests,
  root: string,
  prefix: Key,
  acl: readonly AclEntry[],
  make: (path: string) => Promise<unknown>,
): Promise<void> {
  for (const above of nodeChain(root, prefix).slice(0, -1)) await make(above);
  const path = nodePath(root, prefix);
  const made = await link.commit([{ do: 'create', path, acl }]);
  if (!made.ok) await giveTo(link, path, acl);
}

/** Make znodes that only the administrator may use; rules have them in common, so each is asked for once. */
function makerOf(link: Requests): (path: string) => Promise<unknown> {
  const made = new Map<string, Promise<unknown>>();
  return (path) => {
    const known = made.get(path) ?? link.commit([{ do: 'create', path }]);
    made.set(path, known);
    return known;
  };
}

/** Give a znode, and all that is below it, a list; what is not there needs none. */
async function giveTo(link: Requests, path: string, acl: readonly AclEntry[]): Promise<void> {
  await link.setAcl(path, acl);
  const names = (await link.children(path)) ?? [];
  await inParallel(names, (name) => giveTo(link, `${path}/${name}`, acl));
}

function credentialsOf(
  root: string,
  { members }: AccessPlan,
  identities: ReadonlyMap<string, Identity>,
  lists: readonly { readonly rule: AccessRule; readonly acl: readonly AclEntry[] }[],
): ReadonlyMap<string, StoreCredentials> {
  return new Map(
    [...members].map(([node, sets]) => {
      const own = sets.flatMap((set) => identities.get(set) ?? []);
      const [first] = own;
      const readable = lists.filter(({ rule }) => [...rule.readers, ...rule.writers].some((set) => sets.includes(set)));
      const written = readable.filter(({ rule }) => rule.writers.some((set) => sets.includes(set)));
      const grant = grantJson({
        zookeeper: 1,
        identities: own,
        proof: nodePath(root, readable[0]?.rule.prefix ?? []),
        lists: written.map(({ rule, acl }) => ({ path: nodePath(root, rule.prefix), acl })),
      });
      return [node, { user: first?.user ?? node, password: first?.password ?? '', grant }];
    }),
  );
}
