import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cookbook, Deployment, soloRb } from './support/deployment.ts';
import { eventually } from './support/eventually.ts';
import { exists } from './support/exists.ts';

const settings = ['lockfile', 'pid_file', 'file_cache_path', 'file_backup_path', 'node_path', 'chef_guid_path'];

const files = {
  // A configuration that puts all of it in one place for everybody.
  'solo.rb': `${soloRb}${settings.map((name) => `${name} File.expand_path('shared/${name}', __dir__)\n`).join('')}`,
  ...cookbook('own', {
    'recipes/default.rb': [
      "node.normal['count'] = (node['count'] || 0) + 1",
      'file "#{node[\'work\']}/config.json" do',
      `  content JSON.generate(%w[${settings.join(' ')}].to_h { |name| [name, Chef::Config[name.to_sym]] })`,
      'end',
      'file "#{node[\'work\']}/count.txt" do',
      '  content "#{node.name} ran #{node[\'count\']} times\\n"',
      'end',
      "execute 'gate' do",
      "  command \"touch #{node['gate']}-#{node['count']}; read line < #{node['gate']}\"",
      'end',
    ].join('\n'),
  }),
  'heddle.yaml': `
heddle: 1
deployment: isolation
params: { directory: "" }
nodes:
  node:
    count: 2
    roles:
      - name: own
        chef:
          run_list: ["recipe[own]"]
          config: solo.rb
          attributes: { work: "\${self.dir}", gate: "\${params.directory}/\${self.name}" }
`,
};

describe('two Chef nodes on one host', () => {
  it('share neither lock nor cache nor backups nor saved node, and each keeps its node.normal for the next run', async () => {
    const deployment = await Deployment.create(files);
    const gates = [await deployment.gate('node-0'), await deployment.gate('node-1')];
    const nodes = join(deployment.directory, '.heddle/isolation/nodes');
    for (const count of [1, 2]) {
      const run = deployment.start('up', '--set', `directory=${deployment.directory}`);
      // Both are in the middle of their runs at the same time: they do not wait for one another's lock.
      for (const node of ['node-0', 'node-1']) {
        await eventually(`${node} stands at its gate`, () => exists(join(deployment.directory, `${node}-${count}`)));
      }
      for (const gate of gates) await gate.open();
      const result = await run.end();
      expect(result.stderr).toBe('');
      expect(result.exitCode).toBe(0);

      for (const node of ['node-0', 'node-1']) {
        expect(await deployment.read(`.heddle/isolation/nodes/${node}/count.txt`)).toBe(`${node} ran ${count} times\n`);
        const own = join(nodes, node, 'chef');
        expect(JSON.parse(await deployment.read(`.heddle/isolation/nodes/${node}/config.json`))).toEqual({
          lockfile: join(own, 'chef-solo.lock'),
          pid_file: join(own, 'chef-solo.pid'),
          file_cache_path: join(own, 'cache'),
          file_backup_path: join(own, 'backup'),
          node_path: join(own, 'nodes'),
          chef_guid_path: join(own, 'chef_guid'),
        });
        expect(await readdir(join(own, 'nodes'))).toEqual([`${node}.json`]);
        // The second run replaced count.txt, so the first one's is a backup.
        const backups = await readdir(join(own, 'backup'), { recursive: true });
        expect(backups.filter((name) => /\/count\.txt\.chef-/.test(name))).toHaveLength(count - 1);
      }
    }
    expect(await exists(join(deployment.directory, 'shared'))).toBe(false);
    expect(await deployment.processes()).toEqual([]);
  });
});
