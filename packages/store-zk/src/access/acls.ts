import type { Requests } from '../link.ts';
import type { GrantRecord } from './grant-record.ts';
import type { AclEntry } from './identity.ts';

/** Forgotten altogether when it is full: it only saves questions. */
const MAX_KNOWN = 10_000;

/** Says what a znode has to carry that is about to be created; undefined: what belongs to this connection alone. */
export interface Acls {
  /** @param above  The nearest znode above it that is there. */
  of(link: Requests, above: string): Promise<readonly AclEntry[] | undefined>;
  /** Whether a znode was given a list of its own, which would go with it. */
  isOwn(link: Requests, path: string): Promise<boolean>;
  /** Lists have been changed. */
  forget(): void;
}

/** A node knows its lists from its credentials. */
export function grantedAcls({ lists }: GrantRecord): Acls {
  const byLength = [...lists].sort((a, b) => b.path.length - a.path.length);
  return {
    of: async (_link, above) => byLength.find(({ path }) => `${above}/`.startsWith(`${path}/`))?.acl,
    isOwn: async (_link, path) => lists.some((list) => list.path === path),
    forget: () => undefined,
  };
}

/**
 * An administrator takes the list of the znode above, where nodes were given rights: what it writes there is for them.
 *
 * @param own  Its ids: a list that names nobody else hands out no rights.
 */
export function inheritedAcls(own: ReadonlySet<string>): Acls {
  const known = new Map<string, readonly AclEntry[] | undefined>();
  // One that does not name the administrator was not made by it, such as that of a root that is open to everybody.
  const isOurs = (acl: readonly AclEntry[]): boolean =>
    acl.some(({ id }) => own.has(id)) && acl.some(({ id }) => !own.has(id));
  return {
    async of(link, above) {
      if (known.has(above)) return known.get(above);
      const found = await link.acl(above);
      if (found === undefined) return undefined;
      const acl = isOurs(found) ? found : undefined;
      if (known.size >= MAX_KNOWN) known.clear();
      known.set(above, acl);
      return acl;
    },
    async isOwn(link, path) {
      const [acl, above] = await Promise.all([link.acl(path), link.acl(path.slice(0, path.lastIndexOf('/')) || '/')]);
      return acl !== undefined && isOurs(acl) && !isSame(acl, above ?? []);
    },
    forget: () => known.clear(),
  };
}

/** Without credentials everything is everybody's. */
export const noAcls: Acls = { of: async () => undefined, isOwn: async () => false, forget: () => undefined };

function isSame(a: readonly AclEntry[], b: readonly AclEntry[]): boolean {
  const text = (acl: readonly AclEntry[]): string =>
    acl
      .map(({ id, permissions }) => `${id} ${permissions}`)
      .sort()
      .join('\n');
  return text(a) === text(b);
}
