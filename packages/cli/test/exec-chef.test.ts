import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { script, Workspace } from './support/workspace.ts';

/** Where the set-up put Chef. */
const program = (name: string) => fileURLToPath(new URL(`../../../.tools/chef/bin/${name}`, import.meta.url));
const chefSolo = program('chef-solo');

const files: Readonly<Record<string, string>> = {
  'heddle.yaml': `heddle: 1
deployment: typed
nodes:
  db:
    roles: [{ name: server, command: [./db.sh], outputs: { host: host } }]
  web:
    roles:
      - name: app
        chef: { run_list: ["recipe[app]"], config: my.rb }
        inputs: { db.host: "\${db.host}" }
        outputs: { url: app.url }
`,
  'db.sh': script('read answer < gate', 'test "$answer" = go', 'heddle set host=10.9.9.9'),
  // A configuration that sets everything the shim could lean on: its own snippets, its own event handlers.
  'my.rb': `here = __dir__
cookbook_path File.join(here, 'cookbooks')
file_cache_path File.join(here, 'cache')
node_path File.join(here, 'nodes')
lockfile File.join(here, 'chef.lock')
solo_d_dir File.join(here, 'mine.d')
event_handlers []
`,
  'mine.d/one.rb': "ENV['SEEN'] = \"#{ENV['SEEN']} mine.d\"\n",
  'solo.d/two.rb': "ENV['SEEN'] = \"#{ENV['SEEN']} solo.d\"\n",
  'client.d/three.rb': "ENV['SEEN'] = \"#{ENV['SEEN']} client.d\"\n",
  'cookbooks/app/metadata.rb': "name 'app'\nversion '1.0.0'\n",
  'cookbooks/app/attributes/default.rb': "default['db']['host'] = '127.0.0.1'\n",
  'cookbooks/app/recipes/default.rb': `node.default['app']['url'] = "http://#{node['db']['host']}/"
file File.join(Chef::Config[:file_cache_path], '..', 'result.txt') do
  content "#{node['app']['url']} #{ENV['SEEN'].split.join(',')} #{File.basename(Chef::Config[:node_path])}\\n"
end
`,
};

test.each([
  ['chef-solo', [chefSolo], 'mine.d,client.d'],
  ['chef-client -z', [program('chef-client'), '-z'], 'client.d'],
])('heddle exec puts the shim into %s, which keeps its own configuration and run list', async (_, command, seen) => {
  const workspace = await Workspace.forTest(files);
  const open = await workspace.gate('gate');
  const web = workspace.start([
    'exec',
    '--node',
    'web',
    '--',
    ...command,
    '-c',
    'my.rb',
    '-o',
    'recipe[app]',
    '--no-color',
  ]);
  await web.line(/web app +waits for db\.host \(app\/recipes\/default\.rb:1\)/);
  const db = workspace.start(['exec', '--node', 'db', '--', './db.sh']);
  await open();
  expect(await db.end).toMatchObject({ exitCode: 0 });
  const ended = await web.end;
  expect(ended, ended.stderr).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('Infra Phase complete, 1/1 resources updated'),
  });
  expect(await workspace.read('result.txt')).toBe(`http://10.9.9.9/ ${seen} nodes\n`);
  expect(await workspace.heddle('get', 'web.url')).toMatchObject({ stdout: 'http://10.9.9.9/\n' });
});

test("a read that will never come ends chef-solo with Heddle's error, not with chef-solo's own exit code", async () => {
  const workspace = await Workspace.forTest({ ...files, 'db.sh': script('exit 7') });
  expect(await workspace.heddle('exec', '--node', 'db', '--', './db.sh')).toMatchObject({ exitCode: 7 });
  const web = await workspace.heddle(
    'exec',
    '--node',
    'web',
    '--',
    chefSolo,
    '-c',
    'my.rb',
    '-o',
    'recipe[app]',
    '--no-color',
  );
  expect(web).toMatchObject({
    exitCode: 21,
    stderr: expect.stringContaining(
      '[producer-failed] web role app (app/recipes/default.rb:1) needs db.host (input db.host), which will never come: role server of db failed (exit code 7)',
    ),
  });
  await expect(workspace.read('result.txt')).rejects.toMatchObject({ code: 'ENOENT' });
});

test('heddle exec shows what a chef-solo --why-run would do: it waits for nobody, and its role is to be done as before', async () => {
  const workspace = await Workspace.forTest(files);
  const words = [
    'exec',
    '--node',
    'web',
    '--',
    chefSolo,
    '-c',
    'my.rb',
    '-o',
    'recipe[app]',
    '--no-color',
    '--why-run',
  ];
  await workspace.heddle('seed', 'heddle.yaml');
  const before = await workspace.heddle('status', '-o', 'json');
  const shown = await workspace.heddle(...words);
  expect(shown, shown.stderr).toMatchObject({ exitCode: 0 });
  expect(shown.stdout).toContain('a why-run does not read the input db.host: #<heddle input db.host> stands for it');
  expect(shown.stdout).toContain('Infra Phase complete, 1/1 resources would have been updated');
  expect(shown.stderr).toContain(
    'shows what role app of web would do: it gets no value, and nothing of it is recorded',
  );
  const nodes = ({ stdout }: { stdout: string }) => (JSON.parse(stdout) as { nodes: unknown }).nodes;
  expect(nodes(await workspace.heddle('status', '-o', 'json'))).toEqual(nodes(before));
});

test('a preview begins no epoch', async () => {
  const workspace = await Workspace.forTest(files);
  const words = ['exec', '--node', 'web', '--', chefSolo, '-c', 'my.rb', '-o', 'recipe[app]', '-W'];
  const shown = await workspace.heddle(...words);
  expect(shown, shown.stderr).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('[not-found] this store holds no deployment named typed'),
  });
  const list = await workspace.heddle('status');
  expect(list.stderr).toContain('[not-found] this store holds no deployment named typed');
});

test('a why-run that only the configuration asks for is no run of the role, and the role is not done', async () => {
  const workspace = await Workspace.forTest({ ...files, 'my.rb': `${files['my.rb']}why_run true\n` });
  const words = ['exec', '--node', 'web', '--', chefSolo, '-c', 'my.rb', '-o', 'recipe[app]', '--no-color'];
  const refused = await workspace.heddle(...words);
  expect(refused.exitCode, refused.stderr).toBe(1);
  expect(refused.stderr).toContain('[usage] a why-run is no run of a role');
  expect(refused.stderr).toContain('try: heddle exec -- chef-solo ... --why-run');
  const { roles } = JSON.parse((await workspace.heddle('status', '-o', 'json')).stdout) as {
    roles: readonly { role: string; state: string }[];
  };
  expect(roles.find(({ role }) => role === 'app')).toMatchObject({ state: 'failed' });
});

test('SIGINT ends the chef-solo of a preview, and leaves no process, no socket and no record', async () => {
  const waiting =
    "puts 'reads at the gate'\n$stdout.flush\nFile.read(File.join(Chef::Config[:file_cache_path], '..', 'gate'))\n";
  const workspace = await Workspace.forTest({ ...files, 'cookbooks/app/recipes/default.rb': waiting });
  await workspace.gate('gate');
  await workspace.heddle('seed', 'heddle.yaml');
  const words = ['exec', '--node', 'web', '--', chefSolo, '-c', 'my.rb', '-o', 'recipe[app]', '--no-color', '-W'];
  const preview = workspace.start(words);
  await preview.line(/reads at the gate/);
  preview.kill('SIGINT');
  const ended = await preview.end;
  expect(ended, ended.stderr).toMatchObject({ exitCode: 2, signal: undefined });
  expect(await workspace.commands()).toEqual([]);
  const sockets = (await readdir(workspace.path('.heddle'), { recursive: true })).filter((name) =>
    name.includes('.sock'),
  );
  expect(sockets).toEqual([]);
  const { roles } = JSON.parse((await workspace.heddle('status', '-o', 'json')).stdout) as {
    roles: readonly { role: string; state: string }[];
  };
  expect(roles.filter(({ state }) => state !== 'pending')).toEqual([]);
});
