import { describe, expect, it } from 'vitest';
import { planGrowth } from '../../src/plan/growth.ts';
import { compiled, faults, nodes } from './deployment.ts';

const file = (count: number, url = 'u') =>
  nodes(
    `web: { count: ${count}, roles: [{ name: app, command: x, inputs: { peers: "\${web[*].ip}", deep: { all: ["\${web[*].ip}"], text: "of \${db.port}" } }, outputs: { ip: ip } }] }`,
    `db: { roles: [{ name: mysql, command: ${url}, inputs: { some: { $gather: web.ip, atLeast: 1 } }, outputs: { port: port } }] }`,
  );
const before = compiled(file(2)).nodes;

describe('the growth of a plan', () => {
  it('is none for the same plan', () => {
    expect(planGrowth(before, compiled(file(2)))).toEqual({ groups: {}, added: [], others: [] });
  });

  it('is the new members, whoever gathers from them', () => {
    expect(planGrowth(before, compiled(file(4)))).toEqual({
      groups: { web: { from: 2, to: 4 } },
      added: ['web-2', 'web-3'],
      others: [],
    });
  });

  it('is told of a smaller group too, apart from everything else that changed', () => {
    expect(planGrowth(before, compiled(file(1, 'v')))).toEqual({
      groups: { web: { from: 2, to: 1 } },
      added: [],
      others: ['role mysql of db has other options'],
    });
  });

  it('goes on where it was interrupted: members that have their plan are not new', () => {
    const stored = [...before, ...compiled(file(4)).nodes.filter(({ name }) => name === 'web-2')];
    expect(planGrowth(stored, compiled(file(4)))).toMatchObject({ added: ['web-3'], others: [] });
  });

  it('is not that a single node becomes a group, or a group is new', () => {
    const now = compiled(nodes('db: { count: 2, roles: [{ name: mysql, command: x }] }'));
    const single = compiled(nodes('db: { roles: [{ name: mysql, command: x }] }')).nodes;
    expect(planGrowth(single, now).others).toEqual(['node db is gone', 'node db-0 is new', 'node db-1 is new']);
  });
});

describe('a size that beats that of the file', () => {
  it('gives the group that many members, and every gather', () => {
    const plan = compiled(file(2), { counts: { web: 3 } });
    expect(plan).toEqual(compiled(file(3)));
  });

  it('makes a member valid that the file alone does not have', () => {
    const text = nodes(
      'web: { count: 2, roles: [{ name: app, command: x, outputs: { ip: ip } }] }',
      'db: { roles: [{ name: mysql, command: x, inputs: { third: "${web[2].ip}" } }] }',
    );
    expect(faults(text)).toHaveLength(1);
    expect(compiled(text, { counts: { web: 3 } }).groups).toEqual({ web: 3 });
  });

  it('is refused where another node has the name of a new member', () => {
    const text = nodes(
      'web: { count: 1, roles: [{ name: app, command: x }] }',
      'web-1: { roles: [{ name: app, command: x }] }',
    );
    expect(compiled(text).nodes).toHaveLength(2);
    expect(faults(text, { counts: { web: 2 } })[0]).toContain('"web-1" is already a member of the group "web"');
  });
});
