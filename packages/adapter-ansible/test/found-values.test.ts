import { describe, expect, it } from 'vitest';
import { find, play } from './find.ts';

describe('what a playbook sets', () => {
  it('is found in every spelling of set_fact, in registers, blocks and handlers', async () => {
    const { assigned, notes } = await find({
      'site.yml': `
- hosts: all
  tasks:
    - set_fact: { a: 1, cacheable: yes }
    - ansible.builtin.set_fact: b=2 c="{{ x }} y"
    - action: set_fact d=1
    - action: { module: set_fact, e: 1 }
    - block:
        - command: "true"
          register: f
      rescue:
        - set_fact: { g: 1 }
      always:
        - local_action: set_fact h=1
  handlers:
    - command: "true"
      register: i
`,
    });
    expect(assigned.map((line) => line.split(' ')[0])).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']);
    expect(assigned).toContain('f site.yml:10');
    expect(notes).toEqual([]);
  });

  it('is followed through imported playbooks, included tasks, variables and roles with their dependencies', async () => {
    const { assigned, notes } = await find({
      'site.yml': `- import_playbook: more/other.yml\n${play('- include_tasks: tasks/one.yml\n- include_role: { name: named, tasks_from: extra }\n- include_vars: values.yml\n- include_vars: { file: values.yml, name: whole }')}`,
      'more/other.yml': '- hosts: all\n  roles: [listed, { role: listed, tags: x }]\n',
      'more/roles/listed/tasks/main.yml': '- import_tasks: next.yml\n',
      'more/roles/listed/tasks/next.yml': '- set_fact: { of_listed: 1 }\n',
      'more/roles/listed/meta/main.yml': 'dependencies: [needed]\n',
      'more/roles/needed/tasks/main.yaml': '- set_fact: { of_needed: 1 }\n',
      'more/roles/listed/handlers/main.yml': '- command: "true"\n  register: of_handler\n',
      'tasks/one.yml': '- include_tasks: two.yml\n',
      'tasks/two.yml': '- set_fact: { of_tasks: 1 }\n',
      'roles/named/tasks/main.yml': '- set_fact: { not_run: 1 }\n',
      'roles/named/tasks/extra.yml': '- set_fact: { of_extra: 1 }\n- include_tasks: "os-{{ ansible_system }}.yml"\n',
      'roles/named/tasks/os-Linux.yml': '- set_fact: { of_linux: 1 }\n',
      'vars/values.yml': 'of_vars: 1\n',
    });
    expect(assigned.map((line) => line.split(' ')[0])).toEqual([
      'of_extra',
      'of_handler',
      'of_linux',
      'of_listed',
      'of_needed',
      'of_tasks',
      'of_vars',
      'whole',
    ]);
    expect(notes).toEqual([]);
  });

  it('is told with its place when only the run knows it, or a file cannot be read', async () => {
    const { notes, assigned } = await find({
      'site.yml': play(
        '- set_fact: { "{{ name }}": 1 }\n- set_fact: { x: 1 }\n  delegate_to: other\n  delegate_facts: true\n- include_role: { name: "{{ role }}" }\n- include_tasks: none.yml\n- include_vars: hidden.yml\n- include_tasks: broken.yml\n- set_fact: { last: 1 }\n',
      ),
      'vars/hidden.yml': '$ANSIBLE_VAULT;1.1;AES256\n6162\n',
      'broken.yml': '- set_fact: { a: 1\n- b: [\n',
    });
    expect(assigned).toContain('last site.yml:11');
    expect(notes.map((note) => note.replace(/(Ansible:) .*/, '$1'))).toEqual([
      'site.yml:3: sets a variable whose name is computed: {{ name }}',
      'site.yml:7: uses a role that was not found here: {{ role }}',
      'site.yml:8: includes tasks that were not found here: none.yml',
      'vars/hidden.yml:1: is encrypted: what is made of variables that no readable file defines counts as secret',
      'site.yml:9: includes variables that are encrypted or cannot be read: vars/hidden.yml',
      expect.stringMatching(/^broken\.yml:\d: is no YAML that can be read without Ansible:/) as string,
    ]);
    // The place stands in front of it.
    expect(notes.at(-1)).not.toMatch(/at line|:$/);
  });

  it('is of other hosts under delegate_facts of a block, a role or an include too', async () => {
    const {
      assigned,
      notes,
      warnings = [],
    } = await find({
      'site.yml': `
- hosts: all
  roles: [{ role: r, delegate_to: other, delegate_facts: yes }]
  tasks:
    - block:
        - set_fact: { a: 1 }
        - command: "true"
          register: own
        - set_fact: { kept: 1 }
          delegate_facts: no
        - include_vars: v.yml
      delegate_to: other
      delegate_facts: true
    - block:
        - set_fact: { also_own: 1 }
        - set_fact: { b: 1 }
          delegate_to: other
      delegate_facts: true
`,
      'v.yml': 'c: 1\n',
      'roles/r/tasks/main.yml': '- set_fact: { d: 1 }\n',
    });
    expect(assigned.map((line) => line.split(' ')[0])).toEqual(['also_own', 'kept', 'own']);
    expect(notes).toEqual([
      'site.yml:11: sets variables of other hosts (delegate_facts): others read them of an output "hostvars.*.NAME"',
    ]);
    expect(warnings.map((warning) => warning.split(': ')[0]).sort()).toEqual([
      'roles/r/tasks/main.yml:1',
      'site.yml:16',
      'site.yml:6',
    ]);
  });
});
