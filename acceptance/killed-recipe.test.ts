import { describe, expect, it } from 'vitest';
import { saidByRole } from './support/blocks.ts';
import { cookbook, Deployment, script, soloRb } from './support/deployment.ts';
import { signal } from './support/processes.ts';
import { readStatus, states } from './support/read-status.ts';

const files = {
  'solo.rb': soloRb,
  ...cookbook('web', {
    'recipes/default.rb': [
      "ruby_block 'named' do",
      "  block { node.default['web']['name'] = 'shop' }",
      'end',
      '',
      'file "#{node[\'work\']}/gate.txt" do',
      "  content lazy { \"#{node['db']['gate']}\\n\" }",
      'end',
      '',
      "ruby_block 'started' do",
      "  block { node.default['web']['url'] = 'http://192.0.2.1/' }",
      'end',
    ].join('\n'),
  }),
  'db.sh': script('url=$(heddle get web.url)', 'heddle set gate=open'),
  'name.sh': script('read line < gate', 'name=$(heddle get web.name)', 'echo "$name" > name.txt'),
  'heddle.yaml': `
heddle: 1
deployment: recipe
nodes:
  web:
    roles:
      - name: app
        chef: { run_list: ["recipe[web]"], config: solo.rb, attributes: { work: "\${self.dir}" } }
        inputs: { db.gate: "\${db.gate}" }
        outputs: { name: web.name, url: web.url }
  db:
    roles:
      - { name: mysql, command: [./db.sh], inputs: { web.url: "\${web.url}" }, outputs: { gate: gate } }
  log:
    roles:
      - { name: note, command: [./name.sh], inputs: { web.name: "\${web.name}" } }
`,
};

describe('a chef-solo that is killed while its recipe waits', () => {
  it('fails the readers of what it did not write with the signal and its last lines; what it published stays', async () => {
    const deployment = await Deployment.create(files);
    const gate = await deployment.gate('gate');
    const run = deployment.start('up');
    await run.line(/web app +waits for db\.gate/);
    await run.line(/db mysql +waits for web\.url/);
    const chef = (await deployment.processes()).filter(({ command }) => /ruby.*chef-solo/.test(command));
    expect(chef).toHaveLength(1);
    for (const { pid } of chef) signal(pid, 'SIGKILL');
    await run.line(/db mysql +failed/);
    await gate.open();
    const result = await run.end();

    const nodes = `${deployment.directory}/.heddle/recipe/nodes`;
    const lastLines = `* file[${nodes}/web/gate.txt] action create`;
    const said = saidByRole(result.stderr);
    const killed = said.get('web.app')?.join('\n').split('\n') ?? [];
    expect(killed[0]).toBe('[role-failed] web role app failed: signal SIGKILL');
    expect(killed.at(-2)?.trim()).toBe(lastLines);
    expect(killed.at(-1)).toBe(
      `  try: read ${nodes}/web/log/app.log, repair it, then run heddle retry web:app, or heddle up --resume once heddle up has ended`,
    );
    const starved = said.get('db.mysql')?.join('\n').split('\n') ?? [];
    expect(starved.slice(0, 3)).toEqual([
      '[producer-failed] db role mysql (heddle.yaml:13) needs web.url (input web.url), which will never come: role app of web failed',
      '  cause: web role app failed: signal SIGKILL',
      '  last output of web:',
    ]);
    expect(starved.at(-2)?.trim()).toBe(lastLines);
    expect(starved.at(-1)).toBe(
      '  try: repair role app of web, then run heddle retry web:app, or heddle up --resume once heddle up has ended',
    );
    expect([...said.keys()].sort()).toEqual(['db.mysql', 'web.app']);
    expect(result.exitCode).toBe(21);
    expect(await deployment.read('name.txt')).toBe('shop\n');
    expect(states(await readStatus(deployment))).toEqual({
      'web.app': 'failed',
      'db.mysql': 'failed',
      'log.note': 'done',
    });
    expect(await deployment.processes()).toEqual([]);
  });
});
