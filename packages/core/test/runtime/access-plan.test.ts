import { describe, expect, it } from 'vitest';
import { accessPlan, joinerOf } from '../../src/runtime/access/access-plan.ts';
import type { AccessPlan } from '../../src/store/access.ts';
import { epochKeys } from '../../src/store/keys.ts';
import { compiled, nodes } from '../plan/deployment.ts';

const shop = compiled(
  nodes(
    'db: { roles: [{ name: mysql, command: x, outputs: { host: ip, password: { path: pw, sensitive: true }, unread: u } }] }',
    'web: { count: 2, roles: [{ name: app, command: x, inputs: { k: "${db.host}", p: "${db.password}" }, outputs: { ip: ip } }] }',
    'proxy: { roles: [{ name: front, command: x, inputs: { all: "${web[*].ip}" } }] }',
    'log: { roles: [{ name: collect, command: x, inputs: { all: "${web[*].ip}", one: "${db.host}" } }] }',
  ),
);
const rights = accessPlan(shop, epochKeys('shop', '3'));

function readersOf(plan: AccessPlan, path: string): readonly string[] {
  return nodesOf(plan, path, (rule) => [...rule.readers, ...rule.writers]);
}

function writersOf(plan: AccessPlan, path: string): readonly string[] {
  return nodesOf(plan, path, (rule) => rule.writers);
}

function nodesOf(
  plan: AccessPlan,
  path: string,
  setsOf: (rule: AccessPlan['rules'][number]) => readonly string[],
): readonly string[] {
  const rule = plan.rules.find(({ prefix }) => `${path}/`.startsWith(`${prefix.join('/')}/`));
  const sets = new Set(rule === undefined ? [] : setsOf(rule));
  return [...plan.members].filter(([, of]) => of.some((set) => sets.has(set))).map(([node]) => node);
}

describe('the rights in an epoch', () => {
  it('let a node alone write its values, and only those read them whose roles do', () => {
    expect(writersOf(rights, 'shop/3/values/db/host')).toEqual(['db']);
    expect(readersOf(rights, 'shop/3/values/db/host')).toEqual(['db', 'web-0', 'web-1', 'log']);
    expect(readersOf(rights, 'shop/3/values/db/password')).toEqual(['db', 'web-0', 'web-1']);
    expect(readersOf(rights, 'shop/3/values/db/unread')).toEqual(['db']);
  });

  it('let those who gather an output read it of every member, and write the aggregate', () => {
    for (const member of ['web-0', 'web-1'])
      expect(readersOf(rights, `shop/3/values/${member}/ip`)).toEqual([member, 'proxy', 'log']);
    expect(writersOf(rights, 'shop/3/gathers/web/ip/2/head')).toEqual(['proxy', 'log']);
    expect(readersOf(rights, 'shop/3/gathers/web/ip/2/progress')).toEqual(['proxy', 'log']);
  });

  it('let every node write the records that hold no values', () => {
    for (const kind of ['incarnations', 'members', 'roles', 'waits'])
      expect(writersOf(rights, `shop/3/${kind}/db`)).toEqual(['db', 'web-0', 'web-1', 'proxy', 'log']);
  });

  it('let every node read the plan and whether the epoch is open, and none write them', () => {
    for (const path of ['shop/3/plan/db', 'shop/3/open']) {
      expect(readersOf(rights, path)).toHaveLength(5);
      expect(writersOf(rights, path)).toEqual([]);
    }
  });

  it('say nothing of what no node may see', () => {
    expect(readersOf(rights, 'shop/current')).toEqual([]);
    expect(readersOf(rights, 'shop/2/open')).toEqual([]);
    expect(readersOf(rights, 'shop/3/values/db/other')).toEqual([]);
  });

  it('let a node whose roles look up others by name read all that is not sensitive', () => {
    const plan = compiled(
      nodes(
        'db: { roles: [{ name: mysql, command: x, outputs: { host: ip, password: { path: pw, sensitive: true } } }] }',
        'ops: { roles: [{ name: watch, command: x }] }',
      ),
    );
    const looking = {
      ...plan,
      nodes: plan.nodes.map((node) =>
        node.name === 'ops'
          ? { ...node, roles: node.roles.map((role) => ({ ...role, readsPeers: true as const })) }
          : node,
      ),
    };
    const found = accessPlan(looking, epochKeys('shop', '1'));
    expect(readersOf(found, 'shop/1/values/db/host')).toEqual(['db', 'ops']);
    expect(readersOf(found, 'shop/1/values/db/password')).toEqual(['db']);
  });

  it('let who joins a group take a place and fetch what is kept for its members, and nothing of values', () => {
    const { rules, members, scope } = accessPlan(shop, epochKeys('shop', '3'), ['web']);
    const found = { rules, members, scope };
    const joiner = joinerOf('web');
    expect(writersOf(found, 'shop/3/credentials/web/web-1')).toEqual([joiner]);
    expect(writersOf(found, 'shop/3/places/web/web-0')).toContain(joiner);
    expect(readersOf(found, 'shop/3/open')).toContain(joiner);
    const seen = rules.filter(({ readers, writers }) =>
      members.get(joiner)?.some((set) => [...readers, ...writers].includes(set)),
    );
    expect(seen.map(({ prefix }) => prefix.slice(2).join('/'))).toEqual(['open', 'plan', 'places', 'credentials/web']);
    expect(readersOf(rights, 'shop/3/credentials/web/web-1')).toEqual([]);
  });

  it('have prefixes of which none is at or below another', () => {
    const paths = rights.rules.map(({ prefix }) => `${prefix.join('/')}/`);
    for (const path of paths) expect(paths.filter((other) => path.startsWith(other))).toEqual([path]);
    for (const path of paths) expect(path.startsWith(`${rights.scope.join('/')}/`)).toBe(true);
  });

  it('grow with the nodes, not with their square, where all exchange with all', () => {
    for (const count of [10, 1000]) {
      const group = `web: { count: ${count}, roles: [{ name: app, command: x, inputs: { all: "\${web[*].ip}" }, outputs: { ip: ip } }] }`;
      const { rules, members } = accessPlan(compiled(nodes(group)), epochKeys('shop', '1'));
      const sets = rules.map(({ readers, writers }) => readers.length + writers.length);
      // The plan, whether it is open, whether it is aborted, how large it is, eight kinds of records and the aggregate name one set each; a value its writer and its readers.
      expect(sets.reduce((sum, length) => sum + length)).toBe(13 + 2 * count);
      for (const [node, names] of members) expect(names).toEqual(['all', `node.${node}`]);
    }
  });
});
