import { describe, expect, it } from 'vitest';
import { planChanges } from '../../src/plan/changes.ts';
import { compiled, nodes } from './deployment.ts';

const of = (...lines: string[]) => compiled(nodes(...lines)).nodes;
const before = of(
  'db: { roles: [{ name: mysql, command: x, outputs: { port: port } }, { name: backup, command: y }] }',
  'web: { roles: [{ name: app, command: x, inputs: { port: "${db.port}" } }] }',
);

describe('the changes of a plan', () => {
  it('are none for a file that only moved lines, deadlines and orders between nodes', () => {
    const now = of(
      '# a comment',
      'db: { roles: [{ name: mysql, command: x, deadline: 1m, outputs: { port: port } }, { name: backup, command: y }] }',
      'web: { roles: [{ name: app, after: [db.backup], command: x, inputs: { port: { $value: "${db.port}", deadline: 3m } } }] }',
    );
    expect(planChanges(before, now)).toEqual([]);
  });

  it('name nodes and roles that came, went, or do something else', () => {
    const now = of(
      'db: { roles: [{ name: mysql, command: z, outputs: { port: other } }, { name: restore, command: y }] }',
      'log: { roles: [{ name: collect, command: x }] }',
    );
    expect(planChanges(before, now)).toEqual([
      'node web is gone',
      'role backup of db is gone',
      'role mysql of db has other options and outputs',
      'role restore of db is new',
      'node log is new',
    ]);
  });

  it('name an order of roles that is another one', () => {
    const now = of(
      'db: { roles: [{ name: backup, command: y }, { name: mysql, command: x, outputs: { port: port } }] }',
      'web: { roles: [{ name: app, command: x, inputs: { port: "${db.port}" } }] }',
    );
    expect(planChanges(before, now)).toEqual(['the roles of db come in another order']);
  });
});
