import type { Json } from '@heddle/core';
import { type AdapterSubject, adapterConformance, type RoleStep, type TinyRole } from '@heddle/testkit';
import { describe, expect, it } from 'vitest';
import { heddleProgram } from '../support/workspace.ts';

/** A value as YAML in which Ansible expands nothing. */
function literal(value: Json): string {
  if (typeof value === 'string') return `!unsafe ${JSON.stringify(value)}`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(literal).join(', ')}]`;
  const pairs = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}: ${literal(inner)}`);
  return `{${pairs.join(', ')}}`;
}

function task(role: string, step: RoleStep, index: number): string {
  const name = `- name: Step ${index}\n  `;
  // Not set_fact, which makes true of the text "yes".
  if ('write' in step) return `${name}ansible.builtin.include_vars: {file: ${role}-${index}.yml}`;
  if ('read' in step) {
    const words = `src: ${role}-${index}.j2, dest: ${JSON.stringify(step.file)}`;
    return `${name}ansible.builtin.template: {${words}}`;
  }
  if ('print' in step) return `${name}ansible.builtin.debug: {msg: "{{ ${step.print} }}"}`;
  if ('fail' in step) return `${name}ansible.builtin.fail: {msg: ${literal(step.fail)}}`;
  return `${name}ansible.builtin.shell: {cmd: ${literal(step.run)}}`;
}

function playbook({ name, steps, defaults = {} }: TinyRole): Record<string, string> {
  const tasks = steps.map((step, index) => task(name, step, index).replace(/^/gm, '    ')).join('\n');
  const files = steps.flatMap((step, index) => {
    if ('read' in step) return [[`${name}-${index}.j2`, `{{ ${step.read} | to_json }}`]];
    return 'write' in step ? [[`${name}-${index}.yml`, `${step.write}: ${literal(step.value)}\n`]] : [];
  });
  const text = `- hosts: all\n  gather_facts: false\n  vars: ${literal(defaults)}\n  tasks:\n${tasks}\n`;
  return { [`${name}.yml`]: text, ...(Object.fromEntries(files) as Record<string, string>) };
}

const ansible: AdapterSubject = {
  adapter: 'ansible',
  heddle: heddleProgram,
  role: (role) => ({
    options: { playbook: `${role.name}.yml` },
    files: playbook(role),
    command: ['ansible-playbook', `${role.name}.yml`],
  }),
  withoutTool: { program: '/not/there/ansible-playbook' },
  withoutFile: { options: { playbook: 'not-there.yml' }, file: 'not-there.yml' },
};

describe('adapter conformance: ansible', () => {
  const cases = adapterConformance({ describe, it }, ansible, {
    hasDefaults: true,
    // With ansible-core 2.14; 2.19 keeps them.
    readsScalarsAsText: true,
    namesReaders: true,
    tellsSteps: true,
    hasTools: true,
  });
  it('has all its cases', () => expect(cases).toBe(20));
});
