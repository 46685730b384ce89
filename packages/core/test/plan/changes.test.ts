import { describe, expect, it } from 'vitest';
import { planChanges } from '../../src/plan/changes.ts';
import { addFoundOutputs, type FoundValues } from '../../src/plan/found-values.ts';
import { compiled, nodes } from './deployment.ts';

const of = (...lines: string[]) => compiled(nodes(...lines)).nodes;
const before = of(
  'db: { roles: [{ name: mysql, command: x, outputs: { port: port } }, { name: backup, command: y }] }',
  'web: { roles: [{ name: app, command: x, inputs: { port: "${db.port}" } }] }',
);

const set = (line: number, name: string, sensitive = false) => ({
  path: [name],
  sensitive,
  position: { file: 'site.yml', line },
});
const read = (line: number, name: string) => ({ path: [name], position: { file: 'site.yml', line } });
const said = (values: Partial<FoundValues>): FoundValues => ({
  isShared: true,
  assigned: [],
  mentioned: [],
  notes: [],
  ...values,
});
const shared = compiled(
  nodes(
    'db: { roles: [{ name: site, command: x }] }',
    'web: { roles: [{ name: site, command: x }] }',
    'ops: { roles: [{ name: site, command: x }] }',
  ),
);
/** What the roles of `web` read, and of `db` itself, beside those of `ops`. */
const sharedBy = (...reads: FoundValues['mentioned']) => sharedByBoth(reads, []);
const sharedByBoth = (reads: FoundValues['mentioned'], own: FoundValues['mentioned']) =>
  addFoundOutputs(
    shared,
    new Map([
      ['db.site', said({ assigned: [set(3, 'pw', true), set(4, 'port')], mentioned: own })],
      ['web.site', said({ mentioned: reads })],
      ['ops.site', said({ mentioned: [read(20, 'pw')] })],
    ]),
  ).plan.nodes;

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
      'role mysql of db has other options and outputs: port (heddle.yaml:4)',
      'role restore of db is new',
      'node log is new',
    ]);
  });

  it('name the inputs and outputs that are new, gone or others, with their lines', () => {
    const now = of(
      'db:',
      '  roles:',
      '    - name: mysql',
      '      command: x',
      '      outputs:',
      '        port: port',
      '        host: host',
      '    - { name: backup, command: y }',
      'web: { roles: [{ name: app, command: x, inputs: { port: { $value: "${db.port}", default: 1 } } }] }',
    );
    expect(planChanges(before, now)).toEqual([
      'role mysql of db has other outputs: host (heddle.yaml:10)',
      'role app of web has other inputs: port (heddle.yaml:12)',
    ]);
    expect(planChanges(now, before)).toEqual([
      'role mysql of db has other outputs: host is gone',
      'role app of web has other inputs: port (heddle.yaml:5)',
    ]);
  });

  it('name a secret that a role begins to read, with its place, where each node has rights of its own', () => {
    expect(planChanges(sharedBy(), sharedBy(read(9, 'pw')), true)).toEqual([
      'role site of web reads the secret pw (site.yml:9), and web has no right to it',
    ]);
    expect(planChanges(sharedBy(), sharedBy(read(9, 'pw')))).toEqual([]);
    expect(planChanges(sharedBy(read(9, 'pw')), sharedBy(read(12, 'pw')), true)).toEqual([]);
    expect(planChanges(sharedBy(read(9, 'pw')), sharedBy(), true)).toEqual([]);
    expect(planChanges(sharedBy(), sharedByBoth([], [read(5, 'pw')]), true)).toEqual([]);
  });

  it('name an output that is found because somebody begins to read it, and where it is set', () => {
    expect(planChanges(sharedBy(), sharedBy(read(9, 'port')))).toEqual([
      'role site of db has other outputs: port is read now, and set in site.yml:4',
    ]);
    expect(planChanges(sharedBy(read(9, 'port')), sharedBy())).toEqual([
      'role site of db has other outputs: port is not found any more',
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
