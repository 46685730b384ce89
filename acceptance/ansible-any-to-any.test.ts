import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ansiblePrograms } from './support/ansible-programs.ts';
import { cookbook, Deployment, script, soloRb } from './support/deployment.ts';

const files = {
  'solo.rb': soloRb,
  ...cookbook('registry', {
    'attributes/default.rb': "default['registry']['mirror'] = '127.0.0.1'\ndefault['registry']['checks'] = []\n",
    'recipes/default.rb': [
      "node.default['registry']['port'] = 4000 + 443",
      "node.default['registry']['hosts'] = { 'eu' => ['a', 'b'] }",
      'file "#{node[\'work\']}/chef.txt" do',
      "  content \"#{node['registry']['mirror']} #{node['registry']['checks'].map { |check| check * 2 }} #{node['registry']['cores'] * 10}\\n\"",
      'end',
    ].join('\n'),
  }),
  'site.yml': `
- name: A mirror of a registry
  hosts: mirror
  tasks:
    - name: Choose a name
      ansible.builtin.set_fact:
        mirror_name: "mirror-of-{{ hostvars['registry'].registry.port }}"
    - name: Choose checks
      ansible.builtin.set_fact:
        checks: "{{ [1, 2, checked | int] }}"
    - name: Write what the others said
      ansible.builtin.copy:
        content: "{{ hostvars['registry'].port }} {{ upstream.hosts.eu | join('+') }} {{ upstream.port | int + 1 }} {{ hostvars.probe.verdict }}\\n"
        dest: "{{ work }}/ansible.txt"
`,
  'probe.sh': script(
    'heddle set checked:=3',
    'heddle set verdict="fine, $(heddle get port)"',
    'heddle get mirror > "$1/shell.txt"',
    'heddle get -o json all >> "$1/shell.txt"',
  ),
  'heddle.yaml': `
heddle: 1
deployment: any
nodes:
  registry:
    roles:
      - name: registry
        chef: { run_list: ["recipe[registry]"], config: solo.rb, attributes: { work: "\${self.dir}" } }
        inputs:
          registry.mirror: "\${mirror.name}"
          registry.checks: "\${mirror.checks}"
          registry.cores: "\${mirror.ansible_facts.processor_count}"
        outputs: { port: registry.port, hosts: registry.hosts }
  mirror:
    roles:
      - name: site
        ansible: { playbook: site.yml, vars: { work: "\${self.dir}" } }
        inputs:
          upstream: { port: "\${registry.port}", hosts: "\${registry.hosts}" }
          checked: "\${probe.checked}"
        outputs: { name: mirror_name, checks: checks }
  probe:
    roles:
      - name: probe
        command: [./probe.sh, "\${self.dir}"]
        inputs: { port: "\${registry.port}", mirror: "\${mirror.name}", all: "\${mirror.checks}" }
        outputs: { verdict: verdict, checked: checked }
`,
};

describe.each(Object.entries(ansiblePrograms))(
  'a Chef node, an Ansible node (ansible-core %s) and a shell script',
  (_, program) => {
    it('read what the others write, each with its own types', async () => {
      const deployment = await Deployment.create(files);
      const result = await deployment.startWith({ HEDDLE_ANSIBLE_PLAYBOOK: program }, 'up').end();
      expect(result.stdout).toContain('heddle: any, epoch 1: all 3 roles ended well');
      expect(result.exitCode).toBe(0);
      const read = (name: string) => deployment.read(join('.heddle/any/nodes', name));
      const cores = Number((await deployment.heddle('get', 'mirror.ansible_facts.processor_count')).stdout);
      expect(cores).toBeGreaterThan(0);
      expect(await read('mirror/ansible.txt')).toBe('4443 a+b 4444 fine, 4443\n');
      expect(await read('registry/chef.txt')).toBe(`mirror-of-4443 [2, 4, 6] ${cores * 10}\n`);
      expect(await read('probe/shell.txt')).toBe('mirror-of-4443\n[1,2,3]\n');
      expect(await deployment.processes()).toEqual([]);
    });
  },
);
