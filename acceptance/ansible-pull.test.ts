// Case 27: `ansible-pull` below `heddle exec` runs as the role of a node that is not called like its machine
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { ansiblePrograms } from './support/ansible-programs.ts';
import { Deployment } from './support/deployment.ts';
import { readStatus } from './support/read-status.ts';

const playbook = `
- name: Two machines that need each other
  hosts: all
  tasks:
    - name: Say something
      ansible.builtin.set_fact: { word: "{{ inventory_hostname }} of {{ place }}" }
    - name: Write what the other one said
      ansible.builtin.copy:
        content: |
          {{ hostvars[other].word }}, {{ hostvars[other].ansible_system }}
          {{ ansible_play_hosts | sort | join(' ') }}; {{ groups['sites'] | join(' ') }}
        dest: "{{ out }}/{{ inventory_hostname }}.txt"
      vars: { other: "{{ groups['heddle_nodes'] | difference([inventory_hostname]) | first }}" }
`;

const files = {
  'repo/local.yml': playbook,
  'repo/inventories/sites.ini': '[sites]\nnorth-site\nsouth-site\n\n[sites:vars]\nplace=the sites\n',
  'heddle.yaml': `
heddle: 1
deployment: pulled
nodes:
  north-site: { roles: [{ name: site, ansible: { playbook: repo/local.yml }, outputs: { word: word } }] }
  south-site: { roles: [{ name: site, ansible: { playbook: repo/local.yml }, outputs: { word: word } }] }
`,
};

describe.each(Object.entries(ansiblePrograms))('ansible-pull of ansible-core %s below heddle exec', (_, program) => {
  it('fetches a repository and runs its playbook as the role of a node that is not called like its machine', async () => {
    const deployment = await Deployment.create(files);
    const git = (...words: readonly string[]) => execa('git', ['-C', `${deployment.directory}/repo`, ...words]);
    await git('init', '--quiet', '--initial-branch', 'main');
    await git('add', '.');
    await git('-c', 'user.name=t', '-c', 'user.email=t@localhost', 'commit', '--quiet', '--message', 'Begin');
    expect(await deployment.heddle('seed', 'heddle.yaml')).toMatchObject({ exitCode: 0 });

    const pull = program.replace('ansible-playbook', 'ansible-pull');
    const run = (node: string) => {
      const words = ['-U', `file://${deployment.directory}/repo`, '-d', `${deployment.directory}/checkouts/${node}`];
      const own = ['-i', 'inventories/sites.ini', '-e', `out=${deployment.directory}`];
      return deployment.start('exec', '--node', node, '--', pull, ...words, ...own).end();
    };
    const ends = await Promise.all(['north-site', 'south-site'].map(run));
    expect(
      ends.map(({ exitCode }) => exitCode),
      ends.map(({ stdout, stderr }) => stdout + stderr).join(),
    ).toEqual([0, 0]);

    const said = (node: string) => `${node} of the sites, Linux\nnorth-site south-site; north-site south-site\n`;
    expect(await deployment.read('north-site.txt')).toBe(said('south-site'));
    expect(await deployment.read('south-site.txt')).toBe(said('north-site'));
    const { roles } = await readStatus(deployment);
    expect(roles.map(({ state }) => state)).toEqual(['done', 'done']);
    expect(await deployment.processes()).toEqual([]);
  });
});
