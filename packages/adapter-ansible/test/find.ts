import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { FoundValues } from '@heddle/agent';
import { compile } from '@heddle/core';
import { onTestFinished } from 'vitest';
import { findValues } from '../src/found/find-values.ts';

const members = ['db', 'web-0', 'web-1'];

/** Find what the playbook of a repository says for one node; each finding as `name file:line`. A file `-> TARGET` is a link. */
export async function find(files: Readonly<Record<string, string>>, node = 'db', inputs = '', more: object = {}) {
  const [found] = await findAll(files, ['site.yml'], node, inputs, more);
  if (found === undefined) throw new Error('no answer');
  return found;
}

/** Find what several playbooks say, each that of a role of the node. */
export async function findAll(
  files: Readonly<Record<string, string>>,
  playbooks: readonly string[],
  node = 'db',
  inputs = '',
  more: object = {},
) {
  const directory = await mkdtemp(join(tmpdir(), 'heddle-found-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    if (text.startsWith('-> ')) {
      await symlink(text.slice(3), join(directory, name));
      continue;
    }
    await writeFile(join(directory, name), text);
    if (text.startsWith('#!')) await chmod(join(directory, name), 0o755);
  }
  const text = `heddle: 1\ndeployment: found\nnodes: { ${node}: { roles: [{ name: site, ansible: {}${inputs} }] }, ops: { roles: [{ name: site, ansible: {}, outputs: { key: { path: key, sensitive: true }, port: port } }] } }`;
  const role = compile(text, { file: 'heddle.yaml', directory }).nodes[0]?.roles[0];
  if (role === undefined) throw new Error('no role');
  const options = {
    share: true,
    ...('hosts.ini' in files ? { inventory: 'hosts.ini' } : {}),
    ...more,
  };
  const peers = [
    { name: 'db', members: ['db'] },
    { name: 'web', members: ['web-0', 'web-1'] },
  ];
  const found = await findValues(
    playbooks.map((playbook) => ({
      role,
      options: { playbook, ...options },
      directory,
      members: members.filter((name) => name.startsWith(node)),
      peers,
    })),
  );
  const named = (list: FoundValues['mentioned']) =>
    [...new Set(list.map(({ path, position }) => `${path.join('.')} ${position.file}:${position.line}`))].sort();
  return found.map(({ assigned, mentioned, notes, warnings }) => ({
    assigned: named(assigned.filter(({ path: [name] }) => name !== 'heddle_ended')),
    secret: [...new Set(assigned.flatMap(({ path, sensitive }) => (sensitive ? [path.join('.')] : [])))].sort(),
    mentioned: named(mentioned),
    notes,
    warnings,
  }));
}

/** A play for all hosts. */
export const play = (tasks: string, more = '') => `- hosts: all\n${more}  tasks:\n${tasks.replace(/^(?=.)/gm, '    ')}`;
