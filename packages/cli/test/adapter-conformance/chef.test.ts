import { fileURLToPath } from 'node:url';
import type { Json } from '@heddle/core';
import { type AdapterSubject, adapterConformance, type RoleStep, type TinyRole } from '@heddle/testkit';
import { describe, expect, it } from 'vitest';
import { heddleProgram } from '../support/workspace.ts';

/** Where the set-up put Chef. */
const chefSolo = fileURLToPath(new URL('../../../../.tools/chef/bin/chef-solo', import.meta.url));

// What a typed chef-solo needs to stay out of the machine's own folders.
const soloRb = `here = __dir__
cookbook_path File.join(here, 'cookbooks')
file_cache_path File.join(here, 'chef/cache')
file_backup_path File.join(here, 'chef/backup')
node_path File.join(here, 'chef/nodes')
lockfile File.join(here, 'chef/lock')
chef_guid_path File.join(here, 'chef/guid')
minimal_ohai true
`;

/** A value as a Ruby literal. */
function ruby(value: Json): string {
  if (value === null) return 'nil';
  if (typeof value === 'string') return `'${value.replace(/['\\]/g, '\\$&')}'`;
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(ruby).join(', ')}]`;
  const pairs = Object.entries(value).map(([key, inner]) => `${ruby(key)} => ${ruby(inner)}`);
  return `{ ${pairs.join(', ')} }`;
}

function attribute(name: string): string {
  return `node['kit'][${ruby(name)}]`;
}

/** Steps are resources: what a recipe says at its top level would come before all of them. */
function resource(step: RoleStep, index: number): string {
  if ('run' in step) return `execute 'step ${index}' do\n  command ${ruby(step.run)}\nend\n`;
  return `ruby_block 'step ${index}' do\n  block { ${block(step)} }\nend\n`;
}

function block(step: Exclude<RoleStep, { readonly run: string }>): string {
  if ('write' in step) return `node.default['kit'][${ruby(step.write)}] = ${ruby(step.value)}`;
  if ('read' in step) return `::File.write(${ruby(step.file)}, JSON.generate(${attribute(step.read)}))`;
  if ('print' in step) return `puts ${attribute(step.print)}`;
  return `raise ${ruby(step.fail)}`;
}

function cookbook({ name, steps, defaults = {} }: TinyRole): Record<string, string> {
  const folder = `cookbooks/${name}`;
  const attributes = Object.entries(defaults).map(([key, value]) => `default['kit'][${ruby(key)}] = ${ruby(value)}\n`);
  return {
    [`${folder}/metadata.rb`]: `name '${name}'\nversion '1.0.0'\n`,
    [`${folder}/attributes/default.rb`]: attributes.join(''),
    [`${folder}/recipes/default.rb`]: steps.map(resource).join('\n'),
  };
}

const chef: AdapterSubject = {
  adapter: 'chef',
  heddle: heddleProgram,
  path: (name) => `kit.${name}`,
  role(role) {
    const entry = `recipe[${role.name}]`;
    return {
      options: { run_list: [entry], config: 'solo.rb' },
      files: { 'solo.rb': soloRb, ...cookbook(role) },
      command: [chefSolo, '--config', 'solo.rb', '--override-runlist', entry, '--no-color'],
    };
  },
  withoutTool: { program: '/not/there/chef-solo' },
  withoutFile: { options: { run_list: ['recipe[not_there]'] }, file: 'not_there/recipes/default.rb' },
};

describe('adapter conformance: chef', () => {
  const cases = adapterConformance({ describe, it }, chef, {
    hasDefaults: true,
    namesReaders: true,
    tellsSteps: true,
    countsUpdates: true,
    hasTools: true,
  });
  it('has all its cases', () => expect(cases).toBe(21));
});
