import { randomBytes } from 'node:crypto';
import {
  type AccessPlan,
  type AccessRule,
  inParallel,
  type Key,
  type OperationOptions,
  type StoreAccess,
  type StoreCredentials,
} from '@heddle/core';
import type { Connection } from '../client/connection.ts';
import type { Administration } from '../client/etcd.ts';
import { kindOf } from '../client/failure.ts';
import type { KeyCodec } from '../key.ts';
import { type ScopeNames, scopeNames } from './names.ts';

const PASSWORD_BYTES = 24;
/** The role of etcd that may do everything. */
const ADMINISTRATOR = 'root';

/** Nodes are users of etcd, and sets of nodes are its roles; `user` is who the connection is. */
export function createAccess(connection: Connection, user: string): StoreAccess {
  const { codec } = connection;
  return {
    async mayGrant(options = {}) {
      try {
        const { roles } = await administer(connection, 'userGet', { name: user }, options);
        return roles.includes(ADMINISTRATOR);
      } catch (error) {
        // One's own roles may be asked for by everybody, but a certificate may name somebody whom etcd does not know.
        if (kindOf(error) === 'denied' || kindOf(error) === 'missing') return false;
        throw error;
      }
    },
    async grant(plan, options = {}) {
      const names = scopeNames(codec, plan.scope);
      await removeAll(connection, names, options);
      await addRoles(connection, names, plan, options);
      return addUsers(connection, names, plan, options);
    },
    async extend({ plan: { scope, members }, joining, added }, options = {}) {
      const names = scopeNames(codec, scope);
      // Roles that are there stay as they are, and their users with them.
      const joined = new Map(joining.map((node) => [node, members.get(node) ?? []]));
      await addRoles(connection, names, { scope, members: joined, rules: added }, options);
      return addUsers(connection, names, { scope, members: joined, rules: added }, options);
    },
    revoke: (scope: Key, options = {}) => removeAll(connection, scopeNames(codec, scope), options),
  };
}

async function addRoles(
  connection: Connection,
  names: ScopeNames,
  { members, rules }: AccessPlan,
  options: OperationOptions,
): Promise<void> {
  const sets = new Set([...members.values()].flat());
  await inParallel([...sets], (set) =>
    unless('exists', administer(connection, 'roleAdd', { name: names.of(set) }, options)),
  );
  const permissions = rules.flatMap((rule) => permissionsOf(rule, connection.codec));
  await inParallel(permissions, ({ set, perm }) =>
    administer(connection, 'roleGrantPermission', { name: names.of(set), perm }, options),
  );
}

type Permission = NonNullable<Administration['roleGrantPermission'][0]['perm']>;

function permissionsOf(
  { prefix, readers, writers }: AccessRule,
  codec: KeyCodec,
): readonly { readonly set: string; readonly perm: Permission }[] {
  const { key, end } = codec.below(prefix);
  const range = { key, range_end: end };
  return [
    ...readers.map((set) => ({ set, perm: { permType: 'Read' as const, ...range } })),
    // A write compares what is there, which takes the right to read it.
    ...writers.map((set) => ({ set, perm: { permType: 'Readwrite' as const, ...range } })),
  ];
}

async function addUsers(
  connection: Connection,
  names: ScopeNames,
  { members }: AccessPlan,
  options: OperationOptions,
): Promise<ReadonlyMap<string, StoreCredentials>> {
  const granted = [...members].map(([node, sets]) => {
    const credentials = { user: names.of(node), password: randomBytes(PASSWORD_BYTES).toString('base64url') };
    return { node, sets, credentials };
  });
  await inParallel(granted, async ({ sets, credentials: { user: name, password } }) => {
    await administer(connection, 'userAdd', { name, password }, options).catch((error: unknown) => {
      // The first try was done, and its answer was lost.
      if (kindOf(error) !== 'exists') throw error;
      return administer(connection, 'userChangePassword', { name, password }, options);
    });
    for (const set of sets) await administer(connection, 'userGrantRole', { user: name, role: names.of(set) }, options);
  });
  return new Map(granted.map(({ node, credentials }) => [node, credentials]));
}

async function removeAll(connection: Connection, names: ScopeNames, options: OperationOptions): Promise<void> {
  const { users } = await administer(connection, 'userList', {}, options);
  const { roles } = await administer(connection, 'roleList', {}, options);
  await inParallel(users.filter(names.holds), (name) =>
    unless('missing', administer(connection, 'userDelete', { name }, options)),
  );
  await inParallel(roles.filter(names.holds), (role) =>
    unless('missing', administer(connection, 'roleDelete', { role }, options)),
  );
}

/** Every call may be sent again after its answer was lost: doing it twice is doing it once, but for its error. */
function administer<M extends keyof Administration>(
  { operations }: Connection,
  method: M,
  request: Administration[M][0],
  options: OperationOptions,
): Promise<Administration[M][1]> {
  return operations.run({ name: `store call ${method}`, key: [] }, options, ({ link, signal }) =>
    link.administer(method, request, signal),
  );
}

async function unless(kind: 'exists' | 'missing', call: Promise<unknown>): Promise<void> {
  await call.catch((error: unknown) => {
    if (kindOf(error) !== kind) throw error;
  });
}
