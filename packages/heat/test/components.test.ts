import { describe, expect, it } from 'vitest';
import { compiled, errorsOf, plain, server, template } from './support/compile.ts';
import { both, deployment, scripted, taken, withComponents } from './support/components.ts';
import { corpus } from './support/corpus.ts';

/** A template of the corpus, taken over. */
function fromCorpus(name: string) {
  const found = corpus.find((candidate) => candidate.name === `components/${name}.yaml`);
  if (found === undefined) throw new Error(`the corpus has no components/${name}.yaml`);
  const { plan, template: emitted, ...rest } = taken(found.text);
  const roles = Object.fromEntries(plan.nodes.map((node) => [node.name, node.roles]));
  return { plan, roles, emitted: JSON.parse(emitted) as Emitted, ...rest };
}

interface Emitted {
  readonly resources: Record<string, { type: string; depends_on?: unknown }>;
  readonly outputs: Record<string, { value: unknown }>;
}

describe('software deployments that become roles', () => {
  it('are roles of their servers with the inputs and outputs of their configurations', () => {
    const { roles, plan } = fromCorpus('scripts');
    expect(plan.nodes.map(({ name }) => name)).toEqual(['db', 'web']);
    expect(roles['db']?.map(({ name }) => name)).toEqual(['db_deployment', 'grant_deployment']);
    const [first] = roles['db'] ?? [];
    expect(first).toMatchObject({
      name: 'db_deployment',
      adapter: 'software-config',
      options: { kind: 'constant', value: { group: 'script', deployment: 'db_deployment', errors: ['problem'] } },
      outputs: [
        { name: 'db_deployment_url', path: ['outputs', 'url'] },
        { name: 'db_deployment_problem', path: ['outputs', 'problem'] },
      ],
      after: [],
    });
    expect(first?.inputs.map(({ path, expression }) => [path.join('/'), expression.kind])).toEqual([
      ['config', 'constant'],
      ['inputs/database', 'static'],
      ['inputs/port', 'constant'],
      ['inputs/allowed', 'static'],
    ]);
  });

  it('read what other deployments write, and are read by the outputs of the template', () => {
    const { roles, emitted, shown } = fromCorpus('scripts');
    const [web] = roles['web'] ?? [];
    expect(web?.inputs.find(({ path }) => path[1] === 'url')?.expression).toMatchObject({
      kind: 'reference',
      node: 'db',
      output: 'db_deployment_url',
    });
    expect(web?.inputs.map(({ path }) => path[1])).toEqual([undefined, 'url', 'undeclared']);
    expect(web?.outputs.map(({ name, path }) => [name, ...path])).toEqual([
      ['web_deployment_secret', 'outputs', 'secret'],
      ['web_deployment_deploy_stdout', 'deploy_stdout'],
      ['web_deployment_deploy_status_code', 'deploy_status_code'],
    ]);
    expect(emitted.outputs['url']).toEqual({ value: { get_attr: ['heddle_wait_db', 'data'] } });
    expect(shown).toContain('web.web_deployment_deploy_stdout');
  });

  it('leave the emitted template, with the configurations that nothing else names', () => {
    expect(Object.keys(fromCorpus('scripts').emitted.resources)).toEqual([
      'heddle_handle_db',
      'db',
      'heddle_wait_db',
      'heddle_handle_web',
      'web',
      'heddle_wait_web',
    ]);
    const { resources } = fromCorpus('order').emitted;
    expect(resources['setup']?.type).toBe('OS::Heat::SoftwareConfig');
    expect(resources).not.toHaveProperty('first');
  });

  it('run in the order of depends_on and of what they read, else in that of their names', () => {
    const { roles, emitted, plan } = fromCorpus('order');
    expect(roles['db']?.map(({ name }) => name)).toEqual(['first', 'last']);
    // The server came after a deployment: its first role does.
    expect(roles['web']?.[0]).toMatchObject({ name: 'app', after: [{ node: 'db', role: 'last' }] });
    expect(emitted.resources['web']?.depends_on).toEqual(['volume']);
    expect(emitted.resources['db']?.depends_on).toEqual(['net']);
    expect(plan.warnings.join('\n')).toMatch(/W_COMPONENT: the server "db" is created after "net"/);
    const swapped = taken(
      template({ c: scripted(), a: plain, y: deployment(`${both}, name: "2"`), x: deployment(`${both}, name: "1"`) }),
    );
    expect(swapped.plan.nodes[0]?.roles.map(({ name }) => name)).toEqual(['x', 'y']);
  });

  it('come after what the defaults of their inputs read, and find it there', () => {
    const reads = (default_: string) => scripted(`, inputs: [{ name: x, default: { get_attr: ${default_} } }]`);
    const text = (values: string) =>
      template({
        a: plain,
        c: scripted(', outputs: [{ name: out }]'),
        by_out: reads('[made, out]'),
        by_log: reads('[made, deploy_stdout]'),
        one: deployment(`config: { get_resource: by_out }, server: { get_resource: a }, name: "1"${values}`),
        two: deployment('config: { get_resource: by_log }, server: { get_resource: a }, name: "2"'),
        made: deployment('config: { get_resource: c }, server: { get_resource: a }, name: "3"'),
      });
    const [a] = taken(text('')).plan.nodes;
    expect(a?.roles.map(({ name }) => name)).toEqual(['made', 'one', 'two']);
    expect(a?.roles[0]?.outputs.map(({ name }) => name)).toEqual(['made_out', 'made_deploy_stdout']);
    expect(a?.roles.slice(1).map(({ inputs }) => inputs[1]?.expression)).toMatchObject([
      { kind: 'reference', node: 'a', output: 'made_out' },
      { kind: 'reference', node: 'a', output: 'made_deploy_stdout' },
    ]);
    // A value counts instead of the default, which is read by nobody then.
    const given = taken(text(', input_values: { x: 1 }')).plan.nodes[0]?.roles.map(({ name }) => name);
    expect(given).toEqual(['one', 'made', 'two']);
  });

  it('may have one input whose name is a function of later versions only', () => {
    const text = (version: string) =>
      template({ c: scripted(), a: plain, d: deployment(`${both}, input_values: { filter: x }`) }, '', version);
    expect(taken(text('2016-10-14')).plan.nodes[0]?.roles[0]?.inputs[1]).toMatchObject({
      path: ['inputs', 'filter'],
      expression: { kind: 'constant', value: 'x' },
    });
    expect(errorsOf(text('2017-02-24'), withComponents)).toEqual([
      expect.stringContaining('"input_values" is a map whose names are written out, not what filter gives'),
    ]);
  });

  it('of a group are a role on each server, and are read as maps', () => {
    const { roles, emitted } = fromCorpus('groups');
    expect(Object.keys(roles)).toEqual(['a', 'b', 'workers-0', 'workers-1', 'scaled-0']);
    expect(roles['workers-1']?.map(({ name }) => name)).toEqual(['worker_keys', 'hosts']);
    expect(roles['scaled-0']?.[0]?.after).toEqual([
      { node: 'a', role: 'keys' },
      { node: 'b', role: 'keys' },
    ]);
    const [, hosts] = roles['workers-0'] ?? [];
    expect(hosts?.after).toEqual([
      { node: 'workers-0', role: 'worker_keys' },
      { node: 'workers-1', role: 'worker_keys' },
    ]);
    const [, keys, one] = hosts?.inputs ?? [];
    expect(keys?.expression).toMatchObject({
      kind: 'list',
      items: [
        {
          kind: 'map',
          entries: [
            ['first', { kind: 'reference', node: 'a', output: 'keys_key' }],
            ['second', { kind: 'reference', node: 'b', output: 'keys_key' }],
          ],
        },
        { kind: 'gather' },
      ],
    });
    expect(one?.expression).toMatchObject({ kind: 'reference', node: 'a', output: 'keys_key' });
    expect(roles['a']?.[0]?.outputs.map(({ name }) => name)).toEqual([
      'keys_key',
      'keys_deploy_stdout',
      'keys_deploy_stderr',
    ]);
    expect(emitted.outputs['errors']).toEqual(emitted.outputs['logs']);
    expect(emitted.outputs['logs']).toEqual({
      value: {
        first: { get_attr: ['heddle_wait_a', 'data'] },
        second: { get_attr: ['heddle_wait_b', 'data'] },
      },
    });
  });

  it('run the tool of their group, with the options that it has', () => {
    const { roles, plan } = fromCorpus('tools');
    expect(roles['web']?.map(({ name, adapter }) => [name, adapter])).toEqual([
      ['ansible_deployment', 'software-config'],
      ['chef_deployment', 'chef'],
      ['component_deployment', 'software-config'],
    ]);
    const [ansible, chef, component] = roles['web'] ?? [];
    expect(ansible?.options).toMatchObject({ value: { group: 'ansible', options: { tags: 'base' } } });
    expect(chef).toMatchObject({
      options: { value: { run_list: ['recipe[shop]', 'role[base]'] } },
      inputs: [{ path: ['shop'], expression: { kind: 'map' } }],
      outputs: [{ name: 'chef_deployment_motd', path: ['motd'] }],
    });
    expect(component?.inputs[0]?.expression).toEqual({
      kind: 'constant',
      value: '#!/bin/sh\necho $motd $deploy_action',
    });
    const warnings = plan.warnings.filter((warning) => warning.includes('W_COMPONENT'));
    expect(warnings.map((warning) => warning.replace(/^template.yaml:/, ''))).toEqual([
      '32: W_COMPONENT: roles run when a stack is created, so nobody runs this at DELETE',
      '57: W_COMPONENT: the stack did not wait for this deployment; for a role it does',
      '57: W_COMPONENT: roles run when a stack is created, so nobody runs this at DELETE',
      '38: W_COMPONENT: the input "forgotten" has neither a value nor a default, so it is empty',
      '23: W_COMPONENT: the option "kitchen" is left out: cookbooks and solo.rb come with --content',
    ]);
  });

  it('of Chef take a run list that is a list', () => {
    const config = `{ type: OS::Heat::StructuredConfig, properties: { group: chef, config: ['recipe[shop]'] } }`;
    const { plan } = taken(template({ c: config, a: plain, d: deployment(both) }));
    expect(plan.nodes[0]?.roles[0]?.options).toEqual({ kind: 'constant', value: { run_list: ['recipe[shop]'] } });
  });

  it('are told of, each with what became of it', () => {
    const { notes } = fromCorpus('order');
    expect(notes).toEqual([
      'template.yaml:13: "first" is the role first of db',
      'template.yaml:21: "between" does nothing when the stack is created, and goes',
      'template.yaml:17: "last" is the role last of db',
      'template.yaml:25: "app" is the role app of web',
    ]);
  });

  it('come after the roles that their server has already', () => {
    const text = template({ c: scripted(), a: server("[{ name: own, command: ['true'] }]"), d: deployment(both) });
    expect(taken(text).plan.nodes[0]?.roles.map(({ name }) => name)).toEqual(['own', 'd']);
  });

  it('can be read by roles of the template', () => {
    const reader = server("[{ name: own, command: ['true'], inputs: { x: { get_attr: [d, out] } } }]");
    const text = template({ c: scripted(', outputs: [{ name: out }]'), a: plain, b: reader, d: deployment(both) });
    expect(taken(text).plan.nodes.find(({ name }) => name === 'b')?.roles[0]?.inputs[0]?.expression).toMatchObject({
      node: 'a',
      output: 'd_out',
    });
  });
});

describe('a template with deployments that is compiled without --components', () => {
  it('stays as it is, and the report says what could be', () => {
    const text = template({ c: scripted(), a: plain, d: deployment(both) });
    const { template: emitted, plan, notes } = compiled(text);
    expect(JSON.parse(emitted)).toHaveProperty(['resources', 'd', 'type'], 'OS::Heat::SoftwareDeployment');
    expect(plan.nodes).toEqual([]);
    expect(notes).toEqual([
      'template.yaml:6: d is a deployment of Heat, which goes on as one; --components makes roles of it',
    ]);
    expect(compiled(template({ a: plain })).notes).toEqual([]);
  });
});
