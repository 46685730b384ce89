import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { ansiblePrograms } from './support/ansible-programs.ts';
import { Deployment } from './support/deployment.ts';
import { readTree } from './support/read-tree.ts';

/** The way of the Kubernetes roles: the control plane sets what the others read as a variable of their own. */
const playbook = `
- name: A cluster
  hosts: all
  gather_facts: false
  vars:
    join_options: --v=5
    kube_join: not joined yet
  tasks:
    - name: Get the join command
      ansible.builtin.command: printf 'kubeadm join --token %s' abcdef
      register: join_result
      when: inventory_hostname in groups['control']
    - name: Set the join command globally
      ansible.builtin.set_fact:
        kube_join: "{{ join_result.stdout }} {{ join_options }}"
      when: join_result.stdout is defined
      delegate_to: "{{ item }}"
      delegate_facts: true
      with_items: "{{ groups['all'] }}"
    - name: Give everybody a number
      ansible.builtin.set_fact:
        numbers: { own: "{{ number + 1 }}", of: "{{ groups['all'] | length }}" }
      when: inventory_hostname in groups['control']
      delegate_to: "{{ item }}"
      delegate_facts: true
      loop: "{{ groups['all'] }}"
      loop_control: { index_var: number }
    - name: Set a word for one
      ansible.builtin.set_fact: { word: for the first, "{{ 'other' }}": one }
      when: inventory_hostname in groups['control']
      delegate_to: worker-0
      delegate_facts: true
    - name: Write down what this one got
      ansible.builtin.copy:
        content: "{{ kube_join }} {{ numbers.own }}/{{ numbers.of }} {{ word | default('no word') }} {{ other is defined }}\\n"
        dest: "{{ out }}/{{ inventory_hostname }}/own"
    - name: Write down what the first worker got
      ansible.builtin.copy:
        content: "{{ hostvars['worker-0'].kube_join }} {{ hostvars['worker-0'].word }}\\n"
        dest: "{{ out }}/{{ inventory_hostname }}/first"
    - name: Keep what is set here
      ansible.builtin.set_fact: { kube_join: "joined by {{ kube_join | split | first }}" }
      when: inventory_hostname == 'worker-1'
    - name: Write down what counts then
      ansible.builtin.copy:
        content: "{{ kube_join }}\\n"
        dest: "{{ out }}/{{ inventory_hostname }}/then"
`;

const nodes = ['master', 'worker-0', 'worker-1'];
const files = (program: string) => ({
  'site.yml': playbook,
  'hosts.ini': '[control]\nmaster\n\n[workers]\nworker-0\nworker-1\n',
  'heddle.yaml': `
heddle: 1
deployment: cluster
nodes:
  worker:
    count: 2
    roles:
      - name: site
        ansible: { playbook: site.yml, inventory: hosts.ini, program: ${program}, vars: { out: out } }
        inputs: { numbers: "\${master.numbers[self.name]}" }
  master:
    roles:
      - name: site
        ansible: { playbook: site.yml, inventory: hosts.ini, program: ${program}, vars: { out: out } }
        outputs:
          kube_join: hostvars.*.kube_join
          numbers: { path: hostvars.*.numbers, sensitive: true }
          word: hostvars.worker-0.word
          other: hostvars.worker-0.other
`,
});

/** Run the playbook as it is run without Heddle: one process, all hosts. */
async function push(program: string, directory: string): Promise<void> {
  const words = [
    '-i',
    'hosts.ini',
    '-c',
    'local',
    '-e',
    'out=pushed',
    '-e',
    'ansible_python_interpreter=/usr/bin/python3',
    'site.yml',
  ];
  await execa(program, words, { cwd: directory, env: { LC_ALL: 'C.UTF-8' } });
}

describe.each(Object.entries(ansiblePrograms))(
  'what a play of ansible-core %s sets for another host (delegate_facts)',
  (_, program) => {
    it('is a variable of that host in its own run, and hostvars of it for all others, as in one run for all', async () => {
      const deployment = await Deployment.create(files(program));
      const folder = (name: string) => join(deployment.directory, name);
      for (const node of nodes)
        for (const way of ['out', 'pushed']) await mkdir(folder(join(way, node)), { recursive: true });
      await push(program, deployment.directory);
      const result = await deployment.heddle('up');
      expect(result.stdout).toContain('heddle: cluster, epoch 1: all 3 roles ended well');
      expect(await readTree(folder('out'))).toEqual(await readTree(folder('pushed')));
      expect(await deployment.read('out/worker-0/own')).toBe(
        'kubeadm join --token abcdef --v=5 2/3 for the first True\n',
      );
      expect(await deployment.read('out/worker-1/own')).toBe('kubeadm join --token abcdef --v=5 3/3 no word False\n');
      expect(await deployment.processes()).toEqual([]);
    });
  },
);
