import { describe, expect, it } from 'vitest';
import { compiled, faults, nodeOf, nodes } from './deployment.ts';

const role = (...keys: string[]) => nodes('db:', '  roles:', '    - name: a', ...keys.map((key) => `      ${key}`));

describe('the adapter of a role', () => {
  it.each([
    ['chef', 'chef: {}', 'chef'],
    ['ansible', 'ansible: { playbook: p.yml }', 'ansible'],
    ['command', 'command: [x]', 'command'],
    ['a scoped package', '"@me/heddle-salt": {}', '@me/heddle-salt'],
    ['a scoped package with a name like a built-in one', '"@me/chef": {}', '@me/chef'],
    ['a package', 'heddle-adapter-salt: {}', 'heddle-adapter-salt'],
  ])('may be %s', (_, key, adapter) => {
    expect(nodeOf(compiled(role(key)), 'db').roles[0]?.adapter).toBe(adapter);
  });

  it.each<[string, string[], string[]]>([
    [
      'missing',
      ['inputs: {}'],
      ["heddle.yaml:6: the role has no adapter: add chef, ansible or command, or the name of an adapter's package"],
    ],
    [
      'there twice',
      ['chef: {}', 'command: [x]'],
      ['heddle.yaml:8: a role has one adapter: "chef" (line 7) or "command"; two runs are two roles'],
    ],
    [
      'there twice as packages',
      ['salt: {}', 'puppet: {}'],
      ['heddle.yaml:8: a role has one adapter: "salt" (line 7) or "puppet"; two runs are two roles'],
    ],
    ['mistyped', ['chief: {}'], ['heddle.yaml:7: unknown key "chief"; did you mean "chef"?']],
    [
      'mistyped with swapped letters',
      ['ansibel: {}'],
      ['heddle.yaml:7: unknown key "ansibel"; did you mean "ansible"?'],
    ],
    ['written in capitals', ['Chef: {}'], ['heddle.yaml:7: unknown key "Chef"; did you mean "chef"?']],
    [
      'no package name',
      ['"my adapter": {}'],
      [
        "heddle.yaml:6: the role has no adapter: add chef, ansible or command, or the name of an adapter's package",
        'heddle.yaml:7: unknown key "my adapter"; a role has name, inputs, outputs, after, deadline and concurrent, and one adapter',
      ],
    ],
  ])('is refused when it is %s', (_, keys, expected) => {
    expect(faults(role(...keys))).toEqual(expected);
  });

  it.each<[string, string, string]>([
    ['a fixed key in the singular', 'input: { k: 1 }', 'unknown key "input"; did you mean "inputs"?'],
    ['a fixed key with swapped letters', 'ouptuts: {}', 'unknown key "ouptuts"; did you mean "outputs"?'],
    ['a fixed key with another ending', 'concurrency: 2', 'unknown key "concurrency"; did you mean "concurrent"?'],
    [
      'an option of the adapter at the level of the role',
      'run_list: [x]',
      'unknown key "run_list"; a role has name, inputs, outputs, after, deadline and concurrent, and one adapter',
    ],
  ])('is not %s', (_, key, message) => {
    expect(faults(role('chef: {}', key))).toEqual([`heddle.yaml:8: ${message}`]);
  });
});

describe("an adapter's options", () => {
  it.each<[string, string, unknown]>([
    ['nothing', 'command:', { kind: 'constant', value: null }],
    ['text', 'command: ./x', { kind: 'constant', value: './x' }],
    ['any data', 'chef: { a: [1, null, { b: false }] }', { kind: 'constant', value: { a: [1, null, { b: false }] } }],
    [
      'self',
      'chef: { n: "${self.name}", g: "${self.group}", i: "${self.index}" }',
      { kind: 'constant', value: { n: 'db', g: null, i: 0 } },
    ],
    ['the folder of the node', 'chef: "${self.dir}"', { kind: 'dir' }],
    ['params', 'chef: "in ${params.region}"', { kind: 'constant', value: 'in eu' }],
    ['a literal ${', 'command: [sh, -c, "echo $${HOME}"]', { kind: 'constant', value: ['sh', '-c', 'echo ${HOME}'] }],
  ])('may hold %s', (_, options, expression) => {
    expect(nodeOf(compiled(`params: { region: eu }\n${role(options)}`), 'db').roles[0]?.options).toEqual(expression);
  });

  it.each<[string, string, string]>([
    [
      'a reference to another node',
      'chef: { attributes: { h: "${web[0].ip}" } }',
      'heddle.yaml:7:35: the options of an adapter take self and params only, not web[0].ip: what comes from elsewhere is an input',
    ],
    [
      'a reference to the own node',
      'command: ["${db.ip}"]',
      'heddle.yaml:7:20: the options of an adapter take self and params only, not db.ip: what comes from elsewhere is an input',
    ],
    [
      'a reference to a node that does not exist',
      'command: ["${dbb.ip}"]',
      'heddle.yaml:7:20: no node or group "dbb"; did you mean "db"?',
    ],
    [
      'a gather',
      'command: ["${web[*].ip}"]',
      'heddle.yaml:7:20: the options of an adapter take self and params only, not web[*].ip: what comes from elsewhere is an input',
    ],
    [
      'a long form',
      'command: [{ $gather: web.ip }]',
      'heddle.yaml:7: "$gather" has no place in the options of an adapter: what comes from elsewhere is an input',
    ],
    [
      'a variable of the shell, unescaped',
      'command: [sh, -c, "echo ${HOME}"]',
      'heddle.yaml:7:33: "HOME" names no output: write HOME.OUTPUT, or $${ for a literal ${',
    ],
  ])('may not hold %s', (_, options, message) => {
    expect(
      faults(`${role(options)}  web: { count: 2, roles: [{ name: a, command: x, outputs: { ip: ip } }] }\n`),
    ).toEqual([message]);
  });
});
