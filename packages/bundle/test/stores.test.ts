import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type EtcdServer, startEtcd, startZookeeper, type ZookeeperServer } from '@heddle/testkit';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BuiltBundle } from '../src/index.ts';
import { Alone, buildInto, chefSolo, temporaryFolder } from './support/alone.ts';

let folder: string;
let built: BuiltBundle;
let zookeeper: ZookeeperServer;
let etcd: EtcdServer;
beforeAll(async () => {
  folder = await temporaryFolder();
  [built, zookeeper, etcd] = await Promise.all([buildInto(folder), startZookeeper(), startEtcd()]);
});
afterAll(async () => {
  await Promise.all([zookeeper.close(), etcd.close(), rm(folder, { recursive: true, force: true })]);
});

/** A shell script, Ansible and Chef, each of which reads what the one before wrote. */
const files = {
  'heddle.yaml': `heddle: 1
deployment: three
nodes:
  shell:
    roles: [{ name: one, command: [./one.sh], outputs: { port: port } }]
  ansible:
    roles:
      - name: two
        ansible: { playbook: site.yml }
        inputs: { upstream: "\${shell.port}" }
        outputs: { next: next_port }
  chef:
    roles:
      - name: three
        chef: { run_list: ['recipe[it]'], config: solo.rb, attributes: { out: '\${self.dir}/port' } }
        inputs: { it.port: '\${ansible.next}' }
`,
  'one.sh': '#!/bin/sh\nheddle set port:=4443\n',
  'site.yml': `
- hosts: ansible
  gather_facts: false
  tasks:
    - ansible.builtin.set_fact:
        next_port: "{{ upstream | int + 1 }}"
`,
  'solo.rb': "cookbook_path File.expand_path('cookbooks', __dir__)\n",
  'cookbooks/it/metadata.rb': "name 'it'\nversion '1.0.0'\n",
  'cookbooks/it/recipes/default.rb': "file node['out'] do\n  content node['it']['port'].to_s\nend\n",
};

describe('heddle from the bundle, with all that it carries', () => {
  test.each([
    ['ZooKeeper', () => zookeeper.url],
    ['etcd', () => etcd.url],
  ])('runs a shell script, Ansible and Chef on %s', async (_name, url) => {
    const alone = await Alone.create(built.file, files);
    const store = `${url()}/bundled`;
    const up = await alone.heddle(['up', '-v', '--store', store], { HEDDLE_CHEF_SOLO: chefSolo, LANG: 'C.UTF-8' });
    expect(up, up.stderr + up.stdout).toMatchObject({ exitCode: 0 });
    expect(await alone.read('.heddle/three/nodes/chef/port')).toBe('4444');
    const status = await alone.heddle(['get', 'ansible.next', '--store', store]);
    expect(status).toMatchObject({ exitCode: 0, stdout: '4444' });
  });

  test('boots a machine on ZooKeeper and signals what its roles wrote', async () => {
    const alone = await Alone.create(built.file, {
      'content/heddle.yaml': `heddle: 1
deployment: booted
nodes:
  a:
    roles: [{ name: one, command: [./one.sh], outputs: { port: port } }]
`,
      'content/one.sh': files['one.sh'],
      'signal.sh': '#!/bin/sh\ncat > signal\n',
    });
    const store = `${zookeeper.url}/boots`;
    expect(await alone.heddle(['seed', 'content/heddle.yaml', '--store', store])).toMatchObject({ exitCode: 0 });
    const work = join(alone.folder, 'work');
    await execa('tar', ['-czf', 'content.tar.gz', '-C', 'content', '.'], { cwd: work });
    const content = {
      url: `file://${work}/content.tar.gz`,
      sha256: createHash('sha256')
        .update(await readFile(join(work, 'content.tar.gz')))
        .digest('hex'),
    };
    const node = { heddleNode: 1, deployment: 'booted', epoch: '1', node: 'a', store, content, report: ['port'] };
    await writeFile(join(work, 'node.json'), JSON.stringify(node), { mode: 0o600 });
    const words = ['boot', '--node-file', 'node.json', '--signal', './signal.sh', '--directory', 'state'];
    const booted = await alone.heddle(words);
    expect(booted, booted.stdout + booted.stderr).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(await alone.read('signal'))).toMatchObject({ status: 'SUCCESS', id: 'a', data: '{"port":4443}' });
  });

  test('ends with the code of a store that nobody serves', async () => {
    const alone = await Alone.create(built.file);
    const { url } = zookeeper;
    await zookeeper.kill();
    const { exitCode, stderr } = await alone.heddle(['status', '--store', `${url}/x`, '--deployment', 'three']);
    expect(exitCode).toBe(24);
    expect(stderr).toContain('[unavailable]');
  });
});
