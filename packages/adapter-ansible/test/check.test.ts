import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AdapterContext } from '@heddle/agent';
import { compile, type Json, parsePath } from '@heddle/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkRole } from '../src/check.ts';

async function check(options: Json, ...inputs: readonly string[]) {
  const directory = await mkdtemp(join(tmpdir(), 'heddle-ansible-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  for (const name of ['site.yml', 'hosts.ini']) await writeFile(join(directory, name), '');
  const plan = compile(
    'heddle: 1\ndeployment: check\nnodes: { web: { roles: [{ name: site, ansible: { playbook: site.yml } }] } }',
    { file: 'heddle.yaml', directory },
  );
  const role = plan.nodes[0]?.roles[0];
  if (role === undefined) throw new Error('no role');
  const [input] =
    compile('heddle: 1\ndeployment: check\nnodes: { web: { roles: [{ name: a, ansible: x, inputs: { k: 1 } }] } }', {
      file: 'heddle.yaml',
      directory,
    }).nodes[0]?.roles[0]?.inputs ?? [];
  if (input === undefined) throw new Error('no input');
  const context: AdapterContext = {
    role: { ...role, inputs: inputs.map((path) => ({ ...input, path: parsePath(path) })) },
    options,
    directory,
  };
  return (await checkRole(context)).map(({ message }) => message.replace(directory, 'DIR'));
}

describe('an Ansible role', () => {
  it('is accepted when its files are there and its inputs are variables', async () => {
    const options = { playbook: 'site.yml', inventory: ['hosts.ini', 'web1,web2'], vars: { a: 1 } };
    expect(await check(options, 'db_host', '_x9')).toEqual([]);
  });

  it('is refused for each file that is missing', async () => {
    expect(await check({ playbook: 'sites.yml', inventory: 'hosts' })).toEqual([
      'the playbook sites.yml does not exist in DIR',
      'the inventory hosts does not exist in DIR',
    ]);
  });

  it.each([['--check'], ['-vC'], ['--list-tasks'], ['--version']])(
    'is refused when it would only show: %s',
    async (word) => {
      expect(await check({ playbook: 'site.yml', extra_args: ['--limit', 'web', word] })).toEqual([
        'with a word of "extra_args" ansible-playbook only shows what it would do',
      ]);
      expect(await check({ playbook: 'site.yml', extra_args: ['--limit', 'web'] })).toEqual([]);
    },
  );

  it('is refused for an output that names another host and no variable of it', async () => {
    const outputs = '{ a: hostvars, b: hostvars.*, c: hostvars.*.x }';
    const role = `{ name: site, ansible: { playbook: /dev/null }, outputs: ${outputs} }`;
    const text = `heddle: 1\ndeployment: check\nnodes: { web: { roles: [${role}] } }`;
    const [declared] = compile(text, { file: 'heddle.yaml', directory: '/' }).nodes[0]?.roles ?? [];
    if (declared === undefined) throw new Error('no role');
    const context = { role: declared, options: { playbook: '/dev/null' }, directory: '/' };
    expect((await checkRole(context)).map(({ message }) => message)).toEqual([
      'the output "a" names no variable of another host: "hostvars"',
      'the output "b" names no variable of another host: "hostvars.*"',
    ]);
  });

  it('is refused for inputs that Ansible could not take', async () => {
    expect(await check({ playbook: 'site.yml', vars: { both: 1 } }, 'db.host', 'db-host', 'both')).toEqual([
      'the input "db.host" lies inside the variable "db": Ansible replaces whole variables',
      'the input "db-host" is no name of an Ansible variable',
      '"both" is an input and stands in "vars" too',
    ]);
  });
});
