import { describe, expect, it } from 'vitest';
import { saidByRole } from './support/blocks.ts';
import { cookbook, Deployment, soloRb } from './support/deployment.ts';

const role = (name: string) => ({
  [`roles/${name}.json`]: JSON.stringify({ name, run_list: [`recipe[${name}]`] }),
});

/** @param read  How the application's recipe gets the port, an expression of a property. */
const files = (read: string, nodes: string) => ({
  'solo.rb': `${soloRb}role_path File.expand_path('roles', __dir__)\n`,
  ...role('database'),
  ...role('app'),
  ...cookbook('database', {
    'attributes/default.rb': "default['mysql']['port'] = 3306\n",
    'recipes/default.rb': "ruby_block 'configure' do\n  block { node.default['mysql']['port'] = 3307 }\nend\n",
  }),
  ...cookbook('app', {
    'recipes/default.rb': ['file "#{node[\'work\']}/app.txt" do', `  content ${read}`, 'end'].join('\n'),
  }),
  'heddle.yaml': `
heddle: 1
deployment: site
nodes:
  web:
    roles:
${nodes}`,
});

const oneRun = `      - name: site
        chef: { run_list: ["role[database]", "role[app]"], config: solo.rb, attributes: { work: "\${self.dir}" } }
        inputs: { db.port: "\${web.port}" }
        outputs: { port: mysql.port }
`;

const twoRuns = `      - name: database
        chef: { run_list: ["role[database]"], config: solo.rb }
        outputs: { port: mysql.port }
      - name: app
        chef: { run_list: ["role[app]"], config: solo.rb, attributes: { work: "\${self.dir}" } }
        inputs: { db.port: "\${web.port}" }
`;

const written = '.heddle/site/nodes/web/app.txt';

describe('two Chef roles of a node, the second of which reads what the first writes at converge', () => {
  it('in one run: a read at converge gets the value', async () => {
    const deployment = await Deployment.create(files("lazy { \"#{node['db']['port']}\\n\" }", oneRun));
    const result = await deployment.heddle('up');
    expect(result.stderr).toBe('');
    expect(await deployment.read(written)).toBe('3307\n');
    expect(result.exitCode).toBe(0);
  });

  it('in one run: a read at compile is an error at once, which names reader and output and explains the two phases', async () => {
    const deployment = await Deployment.create(files("\"#{node['db']['port']}\\n\"", oneRun));
    const result = await deployment.heddle('up');
    expect(saidByRole(result.stderr).get('web.site')).toEqual([
      [
        '[deadlock] web role site (app/recipes/default.rb:2, role[app]) reads db.port while its run compiles, and this same run has not written it yet (output port, mysql.port)',
        '  a run has two phases: it compiles all recipes of the run list, in order, and only then converges their resources; what a resource writes is not there while any recipe compiles',
        "  try: read it at converge, after the resource that writes it: lazy { node['db']['port'] } in a property, a guard, or the block of a ruby_block",
        '  try: or make what writes it a role of its own before this one: every role is a run, which has ended when the next one compiles',
      ].join('\n'),
    ]);
    expect(result.exitCode).toBe(22);
    expect(await deployment.processes()).toEqual([]);
  });

  it('in a run each: the same read gets the value', async () => {
    const deployment = await Deployment.create(files("\"#{node['db']['port']}\\n\"", twoRuns));
    const result = await deployment.heddle('up');
    expect(result.stderr).toBe('');
    expect(await deployment.read(written)).toBe('3307\n');
    expect(result.exitCode).toBe(0);
  });
});
