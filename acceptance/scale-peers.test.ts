import { describe, expect, it } from 'vitest';
import { Deployment } from './support/deployment.ts';

const play = (...tasks: string[]) => `
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.shell: { cmd: 'echo "{{ inventory_hostname }} {{ ran }}" >> runs.txt', chdir: "{{ playbook_dir }}" }
${tasks.map((task) => `    - ${task}\n`).join('')}`;

const files = {
  'plain.yml': play(),
  'site.yml': play(
    'ansible.builtin.set_fact: { address: "10.0.0.{{ inventory_hostname[-1] }}" }',
    `ansible.builtin.copy: { dest: "{{ playbook_dir }}/hosts.{{ inventory_hostname }}", content: "{{ groups['mpi'] | map('extract', hostvars, 'address') | sort | join(' ') }}" }`,
  ),
  'heddle.yaml': `
heddle: 1
deployment: peers
nodes:
  mpi:
    count: 2
    roles:
      - { name: plain, ansible: { playbook: plain.yml, vars: { ran: plain } } }
      - { name: site, ansible: { playbook: site.yml, vars: { ran: site } }, outputs: { address: address } }
`,
};

/** The same, of plays that publish all facts of their machine anew whenever they run, and read those of the others. */
const withFacts = {
  ...files,
  'site.yml': play(
    'ansible.builtin.set_fact: { address: "10.0.0.{{ inventory_hostname[-1] }}" }',
    `ansible.builtin.copy: { dest: "{{ playbook_dir }}/hosts.{{ inventory_hostname }}", content: "{{ groups['mpi'] | difference([inventory_hostname]) | map('extract', hostvars, ['ansible_date_time', 'year']) | map('length') | join(' ') }}" }`,
  ),
  'heddle.yaml': files['heddle.yaml'].replace('{ address: address }', '{ ansible_facts: ansible_facts }'),
};

describe('plays that look up all members of a group by name', () => {
  it('run again when the group has grown, and no others do', async () => {
    const deployment = await Deployment.create(files);
    expect(await deployment.heddle('up')).toMatchObject({ exitCode: 0 });
    expect(await deployment.read('hosts.mpi-0')).toBe('10.0.0.0 10.0.0.1');
    const scale = await deployment.heddle('scale', 'mpi=3');
    expect(scale.stdout).toContain('outdated: mpi-0 role site, mpi-1 role site\n');
    expect((await deployment.heddle('up', '--resume')).exitCode).toBe(0);
    for (const member of ['mpi-0', 'mpi-1', 'mpi-2'])
      expect(await deployment.read(`hosts.${member}`)).toBe('10.0.0.0 10.0.0.1 10.0.0.2');
    const runs = (await deployment.read('runs.txt')).trim().split('\n').sort();
    const once = ['mpi-0', 'mpi-1', 'mpi-2'].flatMap((member) => [`${member} plain`, `${member} site`]);
    expect(runs).toEqual([...once, 'mpi-0 site', 'mpi-1 site'].sort());
  });

  it('are not outdated by each other, although the time among their facts is another one in every run', async () => {
    const deployment = await Deployment.create(withFacts);
    expect(await deployment.heddle('up')).toMatchObject({ exitCode: 0 });
    expect(await deployment.read('hosts.mpi-0')).toBe('4');
    expect(await deployment.heddle('scale', 'mpi=3')).toMatchObject({ exitCode: 0 });
    expect(await deployment.heddle('up', '--resume')).toMatchObject({ exitCode: 0 });
    for (const member of ['mpi-0', 'mpi-1', 'mpi-2']) expect(await deployment.read(`hosts.${member}`)).toBe('4 4');
    const runs = (await deployment.read('runs.txt'))
      .trim()
      .split('\n')
      .filter((run) => run.endsWith(' site'));
    expect(runs.toSorted()).toEqual(['mpi-0 site', 'mpi-0 site', 'mpi-1 site', 'mpi-1 site', 'mpi-2 site']);
  });
});
