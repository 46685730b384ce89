import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { pair } from './support/pair.ts';
import { Workspace } from './support/workspace.ts';

test('heddle ls shows values, hides sensitive ones, and tells absent from failed', async () => {
  const workspace = await Workspace.forTest(pair);
  const open = await workspace.gate('gate');
  const up = workspace.start(['up']);
  await up.line(/db server +published note/);
  await up.line(/web-1 app +published ip/);
  const states = async () => {
    const { outputs } = JSON.parse((await workspace.heddle('ls', '-o', 'json')).stdout) as {
      outputs: { name: string; state: string }[];
    };
    return Object.fromEntries(outputs.map(({ name, state }) => [name, state]));
  };
  const running = {
    'db.host': 'present',
    'db.port': 'absent',
    'db.tags': 'present',
    'db.note': 'present',
    'db.secret': 'present',
    'db.never': 'absent',
  };
  expect(await states()).toMatchObject(running);
  await open();
  await up.end;
  expect(await states()).toEqual({
    ...running,
    'db.port': 'present',
    'db.never': 'failed',
    'web-0.ip': 'present',
    'web-1.ip': 'present',
  });

  const json = await workspace.heddle('ls', 'db.', '-o', 'json');
  expect(json.stdout).not.toContain('hunter22');
  const data = JSON.parse(json.stdout) as { outputs: Record<string, unknown>[] };
  expect(data).toMatchObject({ deployment: 'pair', epoch: '1' });
  expect(data.outputs).toHaveLength(6);
  expect(data.outputs.find(({ name }) => name === 'db.tags')).toEqual({
    name: 'db.tags',
    node: 'db',
    output: 'tags',
    state: 'present',
    sensitive: false,
    role: 'server',
    roleState: 'done',
    type: 'map',
    value: { a: [1, null, true], b: 'x' },
    revision: expect.any(String),
    time: expect.stringMatching(/^\d{4}-.*Z$/),
    ageMs: expect.any(Number),
  });
  const secret = data.outputs.find(({ name }) => name === 'db.secret');
  expect(secret).toMatchObject({ sensitive: true, type: 'string', state: 'present' });
  expect(secret).not.toHaveProperty('value');

  const yaml = parse((await workspace.heddle('ls', 'web-1', '-o', 'yaml')).stdout) as { outputs: unknown[] };
  expect(yaml.outputs).toEqual([expect.objectContaining({ name: 'web-1.ip', value: '10.0.1.1' })]);

  const table = (await workspace.heddle('ls', 'db.')).stdout.split('\n').map((line) => line.trim().split(/ {2,}/));
  expect(table[0]).toEqual(['OUTPUT', 'STATE', 'TYPE', 'VALUE', 'ROLE', 'REV', 'AGE', 'SOURCE']);
  expect(table.slice(1, 7).map((cells) => cells.slice(0, 5))).toEqual([
    ['db.host', 'present', 'string', '10.0.0.5', 'server'],
    ['db.port', 'present', 'number', '3306', 'server'],
    ['db.tags', 'present', 'map', '{"a":[1,null,true],"b":"x"}', 'server'],
    ['db.note', 'present', 'string', '"ä line\\nanother \\"line\\"\\n"', 'server'],
    ['db.secret', 'present', 'string', '********', 'server'],
    ['db.never', 'failed', '-', 'never written', 'server'],
  ]);
});

test('heddle ls says when no output begins with the prefix, and prints an empty list all the same', async () => {
  const workspace = await Workspace.forTest(pair);
  await workspace.heddle('seed', 'heddle.yaml');
  expect(await workspace.heddle('ls', 'wbe-1')).toMatchObject({
    exitCode: 0,
    stdout: 'OUTPUT  STATE  TYPE  VALUE  ROLE  REV  AGE  SOURCE\n',
    stderr: 'heddle: no output begins with wbe-1; did you mean "web-1"?\n',
  });
  const { stdout, stderr } = await workspace.heddle('ls', 'nope', '-o', 'json');
  expect(stderr).toBe('heddle: no output begins with nope; the nodes are db, web-0 and web-1\n');
  expect(JSON.parse(stdout)).toMatchObject({ outputs: [] });
});

test('heddle ls refuses a format that there is not', async () => {
  const workspace = await Workspace.forTest(pair);
  expect(await workspace.heddle('ls', '-o', 'xml')).toMatchObject({
    exitCode: 2,
    stdout: '',
    stderr: expect.stringContaining(
      "heddle: [usage] option '-o, --output <format>' argument 'xml' is invalid. Allowed choices are table, json, yaml.",
    ),
  });
});
