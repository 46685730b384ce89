import { chmod, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunContext, WrapContext } from '@heddle/agent';
import type { Json, Peer } from '@heddle/core';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { collectionsRoot } from '../src/assets.ts';
import adapter from '../src/index.ts';

const peers: readonly Peer[] = [
  { name: 'db', count: null, outputs: {} },
  { name: 'web', count: 12, outputs: {} },
];

async function folder(files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'heddle-ansible-')));
  onTestFinished(() => rm(directory, { recursive: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
  return directory;
}

function context(directory: string, options: Json, environment: Record<string, string> = {}): RunContext {
  const { PATH = '' } = process.env;
  const parts = { deployment: 'shop', node: 'web-3', nodeDirectory: directory, roleDirectory: directory, peers };
  return { ...parts, directory, options, role: {} as RunContext['role'], environment: { PATH, ...environment } };
}

const inventory = (directory: string) => join(directory, 'deployment.json');

describe('the run of a playbook', () => {
  it("gets the user's inventories, then the deployment's, and the variables in a file of mode 0600", async () => {
    const directory = await folder({});
    const options = {
      playbook: 'site.yml',
      inventory: 'hosts.ini',
      vars: { secret: 's' },
      extra_args: ['--tags', 'a'],
    };
    const { command, workingDirectory } = await adapter.prepare(context(directory, options));
    expect(command).toEqual([
      expect.stringMatching(/\/ansible-playbook$/),
      '-i',
      'hosts.ini',
      '-i',
      inventory(directory),
      '-e',
      `@${directory}/vars.json`,
      '--tags',
      'a',
      'site.yml',
    ]);
    expect(workingDirectory).toBe(directory);
    expect(JSON.parse(await readFile(join(directory, 'vars.json'), 'utf8'))).toEqual({ secret: 's' });
  });

  it("keeps the callbacks, vars plugins, collections, inventories and fact cache of the user's ansible.cfg and environment", async () => {
    const directory = await folder({
      'hosts.ini': '',
      'ansible.cfg': [
        '[defaults]',
        'inventory = hosts.ini',
        'callbacks_enabled = timer',
        'vars_plugins_enabled = host_group_vars,my.own.vars',
        'collections_path = mine',
        'fact_caching = jsonfile',
        '[inventory]',
        'enable_plugins = ini',
      ].join('\n'),
    });
    const environment = { ANSIBLE_CALLBACKS_ENABLED: 'profile_tasks', LANG: 'de_DE.ISO-8859-1' };
    const run = await adapter.prepare(context(directory, { playbook: 'site.yml' }, environment));
    expect(run.command.slice(1)).toEqual(['-i', `${directory}/hosts.ini`, '-i', inventory(directory), 'site.yml']);
    expect(run.environment).toEqual({
      ANSIBLE_COLLECTIONS_PATH: `${collectionsRoot()}:${directory}/mine`,
      ANSIBLE_CALLBACKS_ENABLED: 'profile_tasks,heddle.heddle.agent',
      ANSIBLE_VARS_ENABLED: 'host_group_vars,my.own.vars,heddle.heddle.deployment',
      ANSIBLE_CACHE_PLUGIN: 'heddle.heddle.facts',
      HEDDLE_ANSIBLE_CACHE: 'jsonfile',
      ANSIBLE_INVENTORY_ENABLED: 'ini,yaml',
      LC_ALL: 'C.UTF-8',
    });
  });

  it('has an inventory that Ansible itself reads as the nodes and groups of the deployment', async () => {
    const directory = await folder({});
    await adapter.prepare(context(directory, { playbook: 'site.yml' }));
    const { stdout } = await execa('ansible-inventory', ['-i', inventory(directory), '--list']);
    const listed = JSON.parse(stdout) as Record<string, { hosts?: string[]; hostvars?: unknown }>;
    const web = Array.from({ length: 12 }, (_, index) => `web-${index}`);
    expect(listed['web']?.hosts).toEqual(web);
    expect(listed['heddle_nodes']?.hosts).toEqual(['db', ...web]);
    expect(listed['_meta']?.hostvars).toEqual({
      'web-3': { ansible_connection: 'local', ansible_python_interpreter: '{{ ansible_playbook_python }}' },
    });
  });

  it("keeps the order of the user's hosts, then has the deployment's, on every node", async () => {
    const directory = await folder({ 'hosts.ini': '[front]\nweb-1\n[back]\ndb\n' });
    await adapter.prepare(context(directory, { playbook: 'site.yml' }));
    const order = async (...inventories: string[]) => {
      const words = inventories.flatMap((path) => ['-i', path]);
      const { stdout } = await execa('ansible', [...words, 'all', '--list-hosts'], { cwd: directory });
      return stdout
        .split('\n')
        .slice(1)
        .map((line) => line.trim());
    };
    const web = Array.from({ length: 12 }, (_, index) => `web-${index}`);
    expect(await order(inventory(directory))).toEqual(['db', ...web]);
    const others = web.filter((name) => name !== 'web-1');
    expect(await order('hosts.ini', inventory(directory))).toEqual(['web-1', 'db', ...others]);
  });

  it('is refused with what Ansible says of a broken configuration', async () => {
    const directory = await folder({ 'ansible.cfg': 'no section\n' });
    await expect(adapter.prepare(context(directory, { playbook: 'site.yml' }))).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.stringContaining('ansible.cfg'),
    });
  });

  it('needs an ansible-playbook', async () => {
    const directory = await folder({});
    const options = { playbook: 'site.yml' };
    const missing = { code: 'tool-missing', message: 'an Ansible role cannot run: no ansible-playbook on the PATH' };
    await expect(adapter.prepare(context(directory, options, { PATH: '/nowhere' }))).rejects.toMatchObject(missing);
    await expect(adapter.requireTools?.({ options, directory, role: {} as never }, {})).rejects.toMatchObject(missing);
    await writeFile(join(directory, 'mine'), '#!/bin/sh\n');
    const named = { options: { ...options, program: './mine' }, directory, role: {} as never };
    await expect(adapter.requireTools?.(named, {})).rejects.toMatchObject({
      message: 'an Ansible role cannot run: ./mine is not an executable program',
    });
    await chmod(join(directory, 'mine'), 0o755);
    await adapter.requireTools?.(named, {});
  });
});

describe('the facts of a machine', () => {
  it("are gathered without looking at Python files of the user's folder", async () => {
    const directory = await folder({ 'json.py': 'raise SystemExit("of the user")\n' });
    const run = await adapter.gatherFacts?.(context(directory, {}));
    const [program = '', ...words] = run?.command ?? [];
    const { stdout } = await execa(program, words, { cwd: directory, env: run?.environment ?? {} });
    expect(JSON.parse(stdout)).toMatchObject({ facts: { ansible_facts: { system: 'Linux' } } });
  });
});

describe('a command that the user typed', () => {
  const wrap = async (...command: [string, ...string[]]) => {
    const directory = await folder({ 'ansible.cfg': '[defaults]\ninventory = mine.ini\n' });
    const typed: WrapContext = {
      ...context(directory, { playbook: 'site.yml' }),
      command,
      workingDirectory: directory,
    };
    const run = await adapter.wrap?.(typed);
    return run?.command.map((word) => word.replace(directory, 'DIR'));
  };

  it('keeps all its words, and gets the inventory of the deployment behind its own', async () => {
    expect(await wrap('nice', 'ansible-playbook', '-i', 'x.ini', 'site.yml', '--diff')).toEqual([
      'nice',
      'ansible-playbook',
      '-i',
      'x.ini',
      'site.yml',
      '--diff',
      '-i',
      'DIR/deployment.json',
    ]);
    expect(await wrap('ansible-playbook', 'site.yml')).toEqual([
      'ansible-playbook',
      'site.yml',
      '-i',
      'DIR/mine.ini',
      '-i',
      'DIR/deployment.json',
    ]);
  });

  it.each([
    [['ansible-playbook', 'site.yml'], true],
    [['nice', '/opt/venv/bin/ansible-playbook', 'site.yml'], true],
    [['ansible-pull', '-U', 'repo'], true],
    [['ansible', 'all', '-m', 'ping'], false],
    [['./ansible-playbook.sh'], false],
  ])('%j is a run of a playbook: %s', (command, expected) => {
    expect(adapter.detect(command, {} as never)).toBe(expected);
  });
});

describe('why a run ended', () => {
  const explain = (tail: string, exitCode = 4) => adapter.explainExit({ exitCode, signal: null, tail });

  it.each([
    [
      "ERROR! couldn't resolve module/action 'nosuchmodule'.\n\nThe error appears",
      "couldn't resolve module/action 'nosuchmodule'.",
    ],
    ['[ERROR]: the playbook: x could not be found', 'the playbook: x could not be found'],
  ])('is told from what Ansible printed: %s', (tail, expected) => {
    expect(explain(tail)).toBe(`ansible-playbook: ${expected}`);
  });

  it('is left to the exit code when nothing is known', () => {
    expect(explain('PLAY RECAP')).toBeUndefined();
    expect(explain('env: no such file', 127)).toBe('ansible-playbook could not be started: env: no such file');
  });
});
