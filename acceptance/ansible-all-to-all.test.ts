import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ansiblePrograms } from './support/ansible-programs.ts';
import { Deployment, script } from './support/deployment.ts';

const members = ['member-0', 'member-1', 'member-2'];
const everybody = ['first', ...members];

const files = {
  // What the machine knows of itself, written down without Ansible: the test compares with it.
  'keys.sh': script(
    'rm -f /etc/ssh/ssh_host_*',
    'ssh-keygen -q -A',
    'hostname -I > "$1/address"',
    'cp /etc/ssh/ssh_host_ed25519_key.pub "$1/key.pub"',
  ),
  'site.yml': `
- name: The first one makes the cluster
  hosts: first
  gather_facts: false
  tasks:
    - name: Make the join command
      ansible.builtin.command: printf 'join --port %s' 6443
      register: join_command
    - name: Name the cluster
      ansible.builtin.set_fact:
        cluster: { name: "c-{{ 40 + 2 }}", ports: [6443, 10250] }

- name: The others join it
  hosts: member
  gather_facts: false
  vars:
    one: "{{ groups['all'] | difference(groups['member']) | first }}"
    api_port: this play's own default
  tasks:
    - name: Write the join command
      ansible.builtin.copy:
        content: "{{ hostvars[one].join_command.stdout }} --to {{ hostvars[one].cluster.name }}:{{ hostvars[one].cluster.ports | join(',') }}\\n"
        dest: /etc/join.conf
    - name: Write the port that a role would take as its variable
      ansible.builtin.copy:
        content: "{{ api_port }} {{ motto }}\\n"
        dest: /etc/port.conf

- name: Everybody knows everybody
  hosts: all
  tasks:
    - name: Write the names
      ansible.builtin.template: { src: hosts.j2, dest: /etc/hosts }
    - name: Write the keys
      ansible.builtin.template: { src: known_hosts.j2, dest: /etc/ssh/ssh_known_hosts }
    - name: Write who takes part
      ansible.builtin.copy:
        content: "{{ ansible_play_hosts | sort | join(' ') }}; {{ groups['heddle_nodes'] | map('extract', hostvars, 'ansible_hostname') | sort | join(' ') }}\\n"
        dest: /etc/members.conf
`,
  'templates/hosts.j2':
    "127.0.0.1 localhost\n{% for host in groups['all'] | sort %}\n{{ hostvars[host].ansible_default_ipv4.address }} {{ host }}\n{% endfor %}\n",
  'templates/known_hosts.j2':
    "{% for host in groups['all'] | sort %}\n{{ host }},{{ hostvars[host]['ansible_default_ipv4']['address'] }} ssh-ed25519 {{ hostvars[host].ansible_facts.ssh_host_key_ed25519_public }}\n{% endfor %}\n",
  'heddle.yaml': `
heddle: 1
deployment: cluster
params: { newer: "" }
nodes:
  member:
    count: 3
    roles:
      - { name: keys, command: [./keys.sh, "\${self.dir}"] }
      - name: site
        ansible: { playbook: site.yml, program: "\${params.newer}" }
        inputs: { api_port: "\${first.port}", motto: "{{ 1 + 1 }} of \${first.name}" }
        # The first role makes new keys: the facts of the agent's start do not have them.
        outputs: { ansible_facts: ansible_facts }
  first:
    roles:
      - { name: keys, command: [./keys.sh, "\${self.dir}"] }
      - name: site
        ansible: { playbook: site.yml }
        outputs: { ansible_facts: ansible_facts, join: join_command.stdout, cluster: cluster, port: cluster.ports.0, name: cluster.name }
`,
};

describe('four machines, each with its own ansible-playbook, one of version 2.14 and three of 2.19', () => {
  it("read each other's set_fact, registered result and facts in one unmodified playbook", async () => {
    const deployment = await Deployment.create(files);
    const versions = { HEDDLE_ANSIBLE_PLAYBOOK: ansiblePrograms['2.14'] };
    const words = ['--set', `newer=${ansiblePrograms['2.19']}`];
    const result = await deployment.startWith(versions, 'up', '--isolate', 'machine', ...words).end();
    expect(result.stderr).toBe('');
    expect(result.stdout).toContain('heddle: cluster, epoch 1: all 8 roles ended well');
    expect(result.exitCode).toBe(0);

    const folder = (node: string) => join('.heddle/cluster/nodes', node);
    const own = await Promise.all(
      everybody.map(async (node) => ({
        node,
        address: (await deployment.read(join(folder(node), 'address'))).trim(),
        key: (await deployment.read(join(folder(node), 'key.pub'))).split(' ').slice(0, 2).join(' '),
      })),
    );
    expect(new Set(own.map(({ address }) => address)).size).toBe(4);
    expect(new Set(own.map(({ key }) => key)).size).toBe(4);
    const expected = {
      'etc/hosts': `127.0.0.1 localhost\n${own.map(({ node, address }) => `${address} ${node}\n`).join('')}`,
      'etc/ssh/ssh_known_hosts': own.map(({ node, address, key }) => `${node},${address} ${key}\n`).join(''),
      'etc/members.conf': `${everybody.join(' ')}; ${everybody.join(' ')}\n`,
    };
    for (const node of everybody) {
      for (const [file, text] of Object.entries(expected))
        expect(await deployment.read(join(folder(node), 'root', file)), `${file} of ${node}`).toBe(text);
    }
    for (const node of members) {
      const root = join(folder(node), 'root');
      expect(await deployment.read(join(root, 'etc/join.conf'))).toBe('join --port 6443 --to c-42:6443,10250\n');
      // An input beats the variables of a play, and braces in a value are text.
      expect(await deployment.read(join(root, 'etc/port.conf'))).toBe('6443 {{ 1 + 1 }} of c-42\n');
    }
    expect(await deployment.processes()).toEqual([]);
  });
});
