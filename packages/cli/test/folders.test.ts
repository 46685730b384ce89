import { expect, test } from 'vitest';
import { Workspace } from './support/workspace.ts';

const files = {
  'heddle.yaml': 'heddle: 1\ndeployment: nowhere\nnodes: { db: { roles: [{ name: run, command: ["true"] }] } }\n',
  'node.json': '{}',
};

/** Nobody can make a folder there; `mkdir` of Node.js with `recursive` never ends. */
const none = '/proc/heddle-none/x';
const working = `heddle: [config-invalid] the working folder cannot be made: no folder can be made in /proc
  try: say --directory with another place
`;
const store = `heddle: [config-invalid] the store's folder ${none} cannot be used: no folder can be made in /proc\n`;

test.each<[string, readonly string[], string]>([
  ['the store, for heddle up', ['up', '--store', `embedded:${none}`], store],
  ['the store, for heddle seed', ['seed', 'heddle.yaml', '--store', `embedded:${none}`], store],
  ['the store, for heddle store', ['store', none], store],
  ['a node, for heddle exec', ['exec', '--node', 'db', '--directory', none, '--', 'true'], working],
  ['a boot', ['boot', '--node-file', 'node.json', '--directory', none], working.replace('heddle:', 'heddle boot:')],
  [
    'a Chef configuration',
    ['chef', 'install', '--config-dir', '/proc', '--directory', '.'],
    '[config-invalid] /proc/client.d/heddle.rb cannot be changed: no folder can be made in /proc\n',
  ],
])('a folder of %s that cannot be made is an error at once', async (_what, words, message) => {
  const workspace = await Workspace.forTest(files);
  const { exitCode, stderr } = await workspace.heddle(...words);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(message);
});
