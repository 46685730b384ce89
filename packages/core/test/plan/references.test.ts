import { describe, expect, it } from 'vitest';
import { compiled, faults, inputsOf, nodes } from './deployment.ts';

const db = 'db: { roles: [{ name: mysql, command: x, outputs: { host: ip, port: port } }] }';
const web = 'web: { count: 3, roles: [{ name: app, command: x, outputs: { ip: ip } }] }';

/** The input stands on line 6, its text from `column` on. */
function reads(text: string): string {
  return nodes(db, web, `app: { roles: [{ name: r, command: x, inputs: { kkkkk: "${text}" } }] }`);
}
const column = 2 + 'app: { roles: [{ name: r, command: x, inputs: { kkkkk: "'.length + 1;

describe('a reference is refused', () => {
  it.each<[string, string, string]>([
    ['to an unknown node', '${dbb.host}', 'no node or group "dbb"; did you mean "db"?'],
    ['to a node like no other', '${cache.host}', 'no node or group "cache"; there are db, web and app'],
    ['to a member by its name', '${web-1.ip.v4}', 'no node or group "web-1"; did you mean "web[1].ip.v4"?'],
    ['to an unknown output', '${db.prot}', 'db has no output "prot"; did you mean "port"?'],
    ['to an output like no other', '${db.zzz}', 'db has no output "zzz"; it has host and port'],
    ['to an unknown output of a group', '${web[*].ipp}', 'web has no output "ipp"; did you mean "ip"?'],
    ['to an output of a node that has none', '${app.ip}', 'app has no output "ip"; it declares none'],
    [
      'to a group without an index',
      '${web.ip.v4}',
      '"web" is a group of 3: write web[0].ip.v4 for one member, web[*].ip.v4 for all',
    ],
    ['to a single node with an index', '${db[0].host}', '"db" is a single node, not a group: write db.host'],
    ['to all members of a single node', '${db[*].host}', '"db" is a single node, not a group: write db.host'],
    ['to a member that is not there', '${web[3].ip}', 'there is no web[3]: the group has the members 0 to 2'],
    ['to an unknown field of self', '${self.nmae}', 'self has no "nmae"; did you mean "name"?'],
    ['into a field of self', '${self.name.first}', 'self.name is one value: there is no .first in it'],
    [
      'to an entry for an unknown field of self',
      '${db.host[self.nmae]}',
      '[self.nmae] is no segment; did you mean "name"?',
    ],
    [
      'to an entry for the group of a single node',
      '${db.host[self.group]}',
      '[self.group] is null: app belongs to no group',
    ],
    ['to self with an index', '${self[0].name}', '"self" is this node and takes no index'],
    ['to params with an index', '${params[0].x}', '"params" is a map and takes no index'],
    ['to a param when there are none', '${params.region}', 'no param "region"; the file has no params'],
    ['to a gather inside text', 'all ${web[*].ip}', 'web[*].ip is a list, which cannot stand inside text'],
    [
      'to no group inside text',
      'in ${self.group}',
      'self.group is null (app belongs to no group), which cannot stand inside text',
    ],
  ])('%s', (_, text, message) => {
    expect(faults(reads(text))).toEqual([`heddle.yaml:6:${column + text.indexOf('$')}: ${message}`]);
  });

  it.each<[string, string, string]>([
    [
      'a $gather of an unknown group',
      '{ $gather: wbe.ip }',
      'heddle.yaml:6:65: no node or group "wbe"; did you mean "web"?',
    ],
    [
      'a $gather of a single node',
      '{ $gather: db.host }',
      'heddle.yaml:6:65: "db" is a single node, not a group: write db.host',
    ],
    ['a $gather of an unknown output', '{ $gather: web.pi }', 'heddle.yaml:6:65: web has no output "pi"; it has ip'],
    [
      'more members than there are',
      '{ $gather: web.ip, atLeast: 4 }',
      'heddle.yaml:6: "atLeast" is 4, but "web" has only 3 members',
    ],
    [
      'a $gather of self',
      '{ $gather: self.name }',
      'heddle.yaml:6:65: no node or group "self"; there are db, web and app',
    ],
  ])('in %s', (_, input, message) => {
    expect(faults(nodes(db, web, `app: { roles: [{ name: r, command: x, inputs: { k: ${input} } }] }`))).toEqual([
      message,
    ]);
  });

  it('to an output of a later role of the same node, which could never come', () => {
    const text = nodes(
      'db:',
      '  roles:',
      '    - { name: early, command: x, inputs: { k: "${db.late_ip}" } }',
      '    - { name: late, command: x, outputs: { late_ip: ip } }',
    );
    expect(faults(text)).toEqual([
      'heddle.yaml:6:50: role "early" reads db.late_ip, which role "late" writes later on the same node, so it would never come: move "late" before "early"',
    ]);
  });

  it('to an output of a later role of all members of the own group', () => {
    const text = nodes(
      'web:',
      '  count: 2',
      '  roles:',
      '    - { name: early, command: x, inputs: { k: { $gather: web.late_ip } } }',
      '    - { name: late, command: x, outputs: { late_ip: ip } }',
    );
    expect(faults(text)).toEqual([
      'heddle.yaml:7:60: role "early" reads web.late_ip, which role "late" writes later on the same node, so it would never come: move "late" before "early"',
    ]);
  });
});

describe('a reference to the own node', () => {
  const text = nodes(
    'db:',
    '  roles:',
    '    - { name: one, command: x, outputs: { a: a } }',
    '    - { name: two, command: x, inputs: { k: "${db.a}", l: "${db.b.c}" }, outputs: { b: b } }',
  );

  it('waits for the output of an earlier role', () => {
    expect(inputsOf(compiled(text), 'db', 'two')[0]?.expression).toEqual({
      kind: 'reference',
      node: 'db',
      output: 'a',
      segments: [],
    });
  });

  it('reads an output of the own role from the local level', () => {
    expect(inputsOf(compiled(text), 'db', 'two')[1]?.expression).toEqual({
      kind: 'local',
      output: 'b',
      segments: ['c'],
    });
  });

  it('is told apart member by member', () => {
    const plan = compiled(
      nodes('web: { count: 2, roles: [{ name: a, command: x, inputs: { k: "${web[1].ip}" }, outputs: { ip: ip } }] }'),
    );
    expect(['web-0', 'web-1'].map((node) => inputsOf(plan, node)[0]?.expression.kind)).toEqual(['reference', 'local']);
  });

  it('gathers the own value together with the others', () => {
    const plan = compiled(
      nodes('web: { count: 2, roles: [{ name: a, command: x, inputs: { k: "${web[*].ip}" }, outputs: { ip: ip } }] }'),
    );
    expect(inputsOf(plan, 'web-0')[0]?.expression).toMatchObject({ kind: 'gather', group: 'web', count: 2 });
  });
});

describe('an entry for the reader', () => {
  it('has the name, the index and the group of the member that reads', () => {
    const inputs = '{ a: "${db.port[self.name].x}", b: "${db.port[self.index]}", c: { $gather: "web.ip[self.name]" } }';
    const plan = compiled(nodes(db, web, `app: { count: 2, roles: [{ name: r, command: x, inputs: ${inputs} }] }`));
    const segments = (node: string) =>
      inputsOf(plan, node).map(({ expression }) => ('segments' in expression ? expression.segments : undefined));
    expect(segments('app-0')).toEqual([['app-0', 'x'], [0], ['app-0']]);
    expect(segments('app-1')).toEqual([['app-1', 'x'], [1], ['app-1']]);
  });
});

describe('self', () => {
  it('is known while compiling, but for the folder', () => {
    const all = '"${self.name}", "${self.group}", "${self.index}", "${self.name} of ${self.group}: ${self.index}"';
    const plan = compiled(nodes(`web: { count: 2, roles: [{ name: a, command: x, inputs: { k: [${all}] } }] }`));
    expect(inputsOf(plan, 'web-1')[0]?.expression).toEqual({
      kind: 'constant',
      value: ['web-1', 'web', 1, 'web-1 of web: 1'],
    });
  });
});

describe('a group of one', () => {
  it('is still a group', () => {
    const plan = compiled(
      nodes(
        'web: { count: 1, roles: [{ name: a, command: x, outputs: { ip: ip } }] }',
        'app: { roles: [{ name: b, command: x, inputs: { k: "${web[0].ip}" } }] }',
      ),
    );
    expect(plan.nodes.map(({ name, group }) => [name, group])).toEqual([
      ['web-0', 'web'],
      ['app', null],
    ]);
    expect(plan.groups).toEqual({ web: 1 });
  });

  it('has only the member 0', () => {
    const text = nodes(
      'web: { count: 1, roles: [{ name: a, command: x, outputs: { ip: ip } }] }',
      'app: { roles: [{ name: b, command: x, inputs: { k: "${web[1].ip}" } }] }',
    );
    expect(faults(text)).toEqual(['heddle.yaml:5:55: there is no web[1]: the group has only the member 0']);
  });
});
