import { describe, expect, it } from 'vitest';
import { saidByRole } from './support/blocks.ts';
import { cookbook, Deployment, script, soloRb } from './support/deployment.ts';
import { eventually } from './support/eventually.ts';
import { signal } from './support/processes.ts';
import { SeededEpoch } from './support/seeded.ts';

/** A recipe that writes one attribute again and again in its first run, and another one in its second. */
const files = {
  'solo.rb': soloRb,
  ...cookbook('web', {
    'recipes/default.rb': [
      'began = "#{node[\'work\']}/began"',
      'if File.exist?(began)',
      "  ruby_block 'all' do",
      '    block do',
      "      node.default['web']['count'] = -1",
      "      node.default['web']['total'] = 'again'",
      '    end',
      '  end',
      'else',
      '  file began',
      '  5000.times do |number|',
      '    ruby_block "count #{number}" do',
      "      block { node.default['web']['count'] = number }",
      '    end',
      '  end',
      'end',
    ].join('\n'),
  }),
  'count.sh': script('read line < gate', 'count=$(heddle get web.count)', 'echo "$count" > count.txt'),
  'total.sh': script(
    'total=$(heddle get web.total)',
    'count=$(heddle get web.count)',
    'echo "$total $count" > total.txt',
  ),
  'heddle.yaml': `
heddle: 1
deployment: killed-writer
nodes:
  web:
    roles:
      - name: app
        chef: { run_list: ["recipe[web]"], config: solo.rb, attributes: { work: "\${self.dir}" } }
        outputs: { count: web.count, total: web.total }
  log:
    roles:
      - { name: count, command: [./count.sh], inputs: { web.count: "\${web.count}" } }
  sum:
    roles:
      - { name: total, command: [./total.sh], inputs: { web.total: "\${web.total}", web.count: "\${web.count}" } }
`,
};

describe('a chef-solo that is killed while its recipe writes', () => {
  it('ends the waits for what it did not write; what was published stays until its next run writes', async () => {
    const deployment = await Deployment.create(files);
    const gate = await deployment.gate('gate');
    const epoch = await SeededEpoch.start(deployment);
    const look = await epoch.look();
    const log = epoch.agent('log');
    const sum = epoch.agent('sum');
    await sum.line(/sum total +waits for web\.total/);
    const first = epoch.agent('web');
    const count = async () => Number((await look.value('web', 'count'))?.value ?? -1);
    await first.line(/web app +published count/);
    await eventually('it writes', async () => (await count()) > 20);
    const chef = (await deployment.processes()).filter(({ command }) => /ruby.*chef-solo/.test(command));
    expect(chef).toHaveLength(1);
    for (const { pid } of chef) signal(pid, 'SIGKILL');

    const killed = await first.end();
    expect(killed.exitCode).toBe(21);
    expect(saidByRole(killed.stdout).get('web.app')?.join('\n')).toContain(
      '[role-failed] web role app failed: signal SIGKILL',
    );
    const starved = await sum.end();
    expect(starved.exitCode).toBe(21);
    expect(saidByRole(starved.stdout).get('sum.total')?.join('\n')).toContain(
      '[producer-failed] sum role total (heddle.yaml:15) needs web.total (input web.total), which will never come: role app of web failed\n' +
        '  cause: web role app failed: signal SIGKILL',
    );
    const last = await look.value('web', 'count');
    expect(last).toMatchObject({ producer: { node: 'web', role: 'app', incarnation: '1' } });
    await gate.open();
    expect(await log.end()).toMatchObject({ exitCode: 0 });
    expect(await deployment.read('count.txt')).toBe(`${JSON.stringify(last?.value)}\n`);

    const web = epoch.agent('web');
    // Until it runs again, its failure ends whoever waits for it.
    await web.line(/web app +running/);
    const again = [web, epoch.agent('sum')];
    for (const run of again) expect(await run.end()).toMatchObject({ exitCode: 0 });
    expect(await deployment.read('total.txt')).toBe('again -1\n');
    expect(await epoch.states()).toMatchObject({ 'web.app': 'done', 'sum.total': 'done' });
    expect(await deployment.processes()).toEqual([]);
  });
});
