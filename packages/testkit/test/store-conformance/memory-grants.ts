import { randomUUID } from 'node:crypto';
import { type AccessPlan, HeddleError, type Key, type Store, type StoreAccess } from '@heddle/core';
import type { StoreGrants } from '../../src/store-conformance/index.ts';
import type { MemoryServer, Rights } from './memory-store.ts';

interface Node {
  readonly plan: AccessPlan;
  readonly sets: readonly string[];
}

/** Rights of nodes on a memory server. `kept` gets every store that is opened. */
export function memoryGrants(server: MemoryServer, kept: (store: Store) => Store): StoreGrants {
  const nodes = new Map<string, Node>();

  const rightsOf =
    (password: string): Rights =>
    (key, to) => {
      const { plan, sets = [] } = nodes.get(password) ?? {};
      const isOneOf = (names: readonly string[]): boolean => names.some((name) => sets.includes(name));
      const rule = plan?.rules.find(({ prefix }) => prefix.every((segment, index) => segment === key[index]));
      return rule !== undefined && (isOneOf(rule.writers) || (to === 'read' && isOneOf(rule.readers)));
    };

  const revoke = async (scope: Key): Promise<void> => {
    for (const [password, { plan }] of nodes) if (plan.scope.join('/') === scope.join('/')) nodes.delete(password);
  };
  const access: StoreAccess = {
    mayGrant: async () => true,
    async grant(plan) {
      await revoke(plan.scope);
      const made = [...plan.members].map(([user, sets]) => ({ user, password: randomUUID(), sets }));
      for (const { password, sets } of made) nodes.set(password, { plan, sets });
      return new Map(made.map(({ user, password }) => [user, { user, password }]));
    },
    async extend({ plan, joining }) {
      // Rules name all that there is, so that everybody goes by the newest plan.
      for (const [password, node] of nodes)
        if (node.plan.scope.join('/') === plan.scope.join('/')) nodes.set(password, { ...node, plan });
      const made = joining.map((user) => ({ user, password: randomUUID(), sets: plan.members.get(user) ?? [] }));
      for (const { password, sets } of made) nodes.set(password, { plan, sets });
      return new Map(made.map(({ user, password }) => [user, { user, password }]));
    },
    revoke,
  };

  return {
    openAdministrator: async () => ({ ...kept(server.open()), access }),
    async openAs({ user, password }) {
      if (!nodes.has(password)) throw new HeddleError('denied', `${user} is not let in`);
      return kept(server.open(rightsOf(password)));
    },
  };
}
