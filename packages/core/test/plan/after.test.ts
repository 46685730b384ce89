import { describe, expect, it } from 'vitest';
import { compiled, faults, nodeOf, nodes } from './deployment.ts';

const db = 'db: { roles: [{ name: mysql, command: x }, { name: backup, command: x }] }';
const web = 'web: { count: 3, roles: [{ name: app, command: x }] }';
const afterOf = (after: string) =>
  nodeOf(compiled(nodes(db, web, `ops: { roles: [{ name: smoke, command: x, after: [${after}] }] }`)), 'ops').roles[0]
    ?.after;

describe('after', () => {
  it.each<[string, string, unknown]>([
    ['a role of a single node', 'db.backup', [{ node: 'db', role: 'backup' }]],
    ['a role of all members of a group', 'web.app', [0, 1, 2].map((index) => ({ node: `web-${index}`, role: 'app' }))],
    ['a role of one member', '"web[1].app"', [{ node: 'web-1', role: 'app' }]],
    [
      'several, each once',
      'db.mysql, "web[0].app", db.mysql, "web[0].app"',
      [
        { node: 'db', role: 'mysql' },
        { node: 'web-0', role: 'app' },
      ],
    ],
    ['nothing', '', []],
  ])('takes %s', (_, after, expected) => {
    expect(afterOf(after)).toEqual(expected);
  });

  it('may name an earlier role of the same node, and of the own group as a barrier', () => {
    const plan = compiled(
      nodes('web: { count: 2, roles: [{ name: a, command: x }, { name: b, command: x, after: [web.a] }] }'),
    );
    expect(nodeOf(plan, 'web-0').roles[1]?.after).toEqual([
      { node: 'web-0', role: 'a' },
      { node: 'web-1', role: 'a' },
    ]);
    expect(plan.warnings).toEqual([]);
  });

  it.each<[string, string, string]>([
    ['an unknown node', 'dbb.mysql', 'no node or group "dbb"; did you mean "db"?'],
    ['a member by its name', 'web-1.app', 'no node or group "web-1"; did you mean "web[1].app"?'],
    ['an unknown role', 'db.mysqld', 'db has no role "mysqld"; did you mean "mysql"?'],
    ['a role like no other', 'web.zzz', 'web has no role "zzz"; it has app'],
    ['a member that is not there', '"web[3].app"', 'there is no web[3]: the group has the members 0 to 2'],
    ['a single node with an index', '"db[0].mysql"', '"db" is a single node, not a group: write db.mysql'],
    ['a group with [*]', '"web[*].app"', '"after" a group means all its members: write web.app'],
    ['a node without a role', 'db', '"after" takes NODE.ROLE, GROUP.ROLE or GROUP[0].ROLE, not "db"'],
    [
      'a reference in braces',
      '"${db.mysql}"',
      '"after" takes NODE.ROLE, GROUP.ROLE or GROUP[0].ROLE, not "${db.mysql}"',
    ],
    ['a value', 'db.mysql.port', '"after" takes a role, NODE.ROLE, not a value in "db.mysql.port"'],
    ['an empty text', '""', '"after" takes NODE.ROLE, GROUP.ROLE or GROUP[0].ROLE, not ""'],
  ])('refuses %s', (_, after, message) => {
    expect(
      faults(nodes(db, web, 'ops:', '  roles:', '    - name: smoke', '      command: x', `      after: [${after}]`)),
    ).toEqual([`heddle.yaml:10: ${message}`]);
  });
});

describe('a role can never start', () => {
  const roles = (...text: string[]) => nodes('db:', '  roles:', ...text.map((role) => `    - ${role}`));

  it.each<[string, string, string]>([
    [
      'after itself',
      roles('{ name: a, command: x, after: [db.a] }'),
      'heddle.yaml:6: role "a" cannot start after itself',
    ],
    [
      'after a later role of its node',
      roles('{ name: a, command: x, after: [db.b] }', '{ name: b, command: x }'),
      'heddle.yaml:6: role "a" cannot start after "b", which runs later on the same node: move "b" before it',
    ],
    [
      'after all members of its own group',
      nodes('web: { count: 2, roles: [{ name: a, command: x, after: [web.a] }] }'),
      'heddle.yaml:4: role "a" cannot start after itself',
    ],
    [
      'after one member of its own group that is itself',
      nodes('web: { count: 2, roles: [{ name: a, command: x, after: ["web[0].a"] }] }'),
      'heddle.yaml:4: role "a" cannot start after itself',
    ],
  ])('%s', (_, text, message) => {
    expect(faults(text)).toEqual([message]);
  });
});
