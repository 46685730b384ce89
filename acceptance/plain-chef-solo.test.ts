import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { chefBin, cookbook, Deployment, script, soloRb } from './support/deployment.ts';
import { markVariable } from './support/processes.ts';
import { SeededEpoch } from './support/seeded.ts';

const files = {
  'heddle.yaml': `
heddle: 1
deployment: plain
deadline: 60s
nodes:
  db:
    roles: [{ name: server, command: [./server.sh], outputs: { host: host } }]
  web:
    roles:
      - name: app
        chef: { run_list: ["recipe[app]"], config: solo.rb }
        inputs: { db.host: "\${db.host}" }
        outputs: { url: app.url }
`,
  'server.sh': script('heddle set host=10.9.9.9'),
  'solo.rb': `${soloRb}file_cache_path File.expand_path('cache', __dir__)\nnode_path File.expand_path('nodes', __dir__)\n`,
  ...cookbook('app', {
    'attributes/default.rb': "default['db']['host'] = '127.0.0.1'\n",
    'recipes/default.rb': [
      "node.default['app']['url'] = \"http://#{node['db']['host']}/\"",
      "file File.join(Chef::Config[:file_cache_path], '..', 'app.conf') do",
      "  content \"url #{node['app']['url']}\\n\"",
      'end',
    ].join('\n'),
  }),
};

/** Type chef-solo, as on a machine where nobody thinks of Heddle. */
function chefSolo(deployment: Deployment, environment: NodeJS.ProcessEnv = {}) {
  return chef('chef-solo', [], deployment, environment);
}

function chef(program: string, first: readonly string[], { directory }: Deployment, environment: NodeJS.ProcessEnv) {
  const words = ['-c', 'solo.rb', '-o', 'recipe[app]', '--no-color', '--chef-license', 'accept-silent'];
  const none = { HEDDLE_STORE: undefined, HEDDLE_SOCKET: undefined, HEDDLE_ROLE: undefined, HEDDLE_RUN: undefined };
  const env = { ...none, [markVariable]: directory, ...environment };
  return execa(join(chefBin, program), [...first, ...words], {
    cwd: directory,
    reject: false,
    stdin: 'ignore',
    env,
    all: true,
  });
}

async function seeded() {
  const deployment = await Deployment.create(files);
  const epoch = await SeededEpoch.start(deployment);
  const agentOfWeb = () => epoch.agent('web', { more: ['--directory', 'web', '--outside', 'app'] });
  const folder = ['--config-dir', '.', '--directory', 'web'];
  const installed = await deployment.heddle('chef', 'install', ...folder, '-o', 'json');
  expect(installed, installed.stderr).toMatchObject({ exitCode: 0 });
  expect(JSON.parse(installed.stdout)).toEqual({
    file: join(deployment.directory, 'client.d/heddle.rb'),
    socket: join(deployment.directory, 'web/agent.sock'),
    changed: true,
  });
  return { deployment, epoch, agentOfWeb };
}

describe('a chef-solo that is typed as ever', () => {
  it('reads through the installed file from the running agent, each time anew, and after uninstall converges without Heddle', async () => {
    const { deployment, epoch, agentOfWeb } = await seeded();
    const agent = agentOfWeb();
    await agent.line(/web app +waits for its run, which somebody else starts/);
    const first = chefSolo(deployment);
    await agent.line(/web app +waits for db\.host \(app\/recipes\/default\.rb:1\)/);
    expect(await epoch.agent('db').end()).toMatchObject({ exitCode: 0 });
    const ended = await first;
    expect(ended.exitCode, ended.all).toBe(0);
    expect(ended.stderr).toContain('heddle: this is a run of role app of web, deployment plain');
    expect(await deployment.read('app.conf')).toBe('url http://10.9.9.9/\n');
    await agent.line(/web app +done/);
    expect(await epoch.run('get', 'web.url')).toMatchObject({ stdout: 'http://10.9.9.9/' });

    await deployment.write('app.conf', 'somebody has changed it\n');
    expect(await chef('chef-client', ['-z'], deployment, {})).toMatchObject({ exitCode: 0 });
    expect(await deployment.read('app.conf')).toBe('url http://10.9.9.9/\n');

    expect(await deployment.heddle('chef', 'uninstall', '--config-dir', '.')).toMatchObject({ exitCode: 0 });
    expect(await readdir(join(deployment.directory, 'client.d'))).toEqual([]);
    const without = await chefSolo(deployment);
    expect(without.exitCode, without.all).toBe(0);
    expect(without.all).not.toContain('heddle:');
    expect(await deployment.read('app.conf')).toBe('url http://127.0.0.1/\n');

    agent.kill('SIGTERM');
    expect(await agent.end()).toMatchObject({ exitCode: 0 });
    expect(await epoch.states()).toEqual({ 'db.server': 'done', 'web.app': 'done' });
  });

  it('stops before it changes anything when no agent runs, and HEDDLE_OFF=1 takes one run out', async () => {
    const { deployment } = await seeded();
    const refused = await chefSolo(deployment);
    expect(refused.exitCode, refused.all).toBe(1);
    expect(refused.all).toContain(
      `[agent-gone] no Heddle agent answers at ${join(deployment.directory, 'web/agent.sock')}`,
    );
    await expect(deployment.read('app.conf')).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await chefSolo(deployment, { HEDDLE_OFF: '1' })).toMatchObject({ exitCode: 0 });
    expect(await deployment.read('app.conf')).toBe('url http://127.0.0.1/\n');
  });

  it('fails its role when it is killed, and the next one is run as the role again', async () => {
    const { deployment, epoch, agentOfWeb } = await seeded();
    const agent = agentOfWeb();
    const killed = chefSolo(deployment);
    await agent.line(/web app +waits for db\.host/);
    killed.kill('SIGKILL');
    await agent.line(/\[role-failed\] web role app failed: its process ended before the run was over/);
    await agent.line(/web app +failed/);
    expect(await epoch.agent('db').end()).toMatchObject({ exitCode: 0 });
    const again = await chefSolo(deployment);
    expect(again.exitCode, again.all).toBe(0);
    await agent.line(/web app +done/);
    expect(await deployment.read('app.conf')).toBe('url http://10.9.9.9/\n');
    agent.kill('SIGTERM');
    expect(await agent.end()).toMatchObject({ exitCode: 0 });
  });

  it('is refused where the agent starts its roles itself, as a role that it does not leave to others, and as a why-run', async () => {
    const { deployment, epoch, agentOfWeb } = await seeded();
    const socket = join(deployment.directory, 'web/agent.sock');
    const knock = async (body: object) => {
      const words = ['--silent', '--unix-socket', socket, 'http://heddle/v1/runs', '-d', JSON.stringify(body)];
      return JSON.parse((await execa('curl', words)).stdout) as unknown;
    };
    const itself = epoch.agent('web', { more: ['--directory', 'web', '--socket', socket] });
    await itself.line(/web app +waits for db\.host/);
    expect(await knock({})).toMatchObject({
      error: { code: 'usage', message: 'the agent of web starts the runs of its roles itself' },
    });
    itself.kill('SIGTERM');
    expect(await itself.end()).toMatchObject({ exitCode: 130 });

    const agent = agentOfWeb();
    await agent.line(/web app +waits for its run/);
    expect(await knock({ role: 'ap' })).toMatchObject({
      error: { code: 'not-found', message: expect.stringContaining('did you mean "app"?') },
    });
    const whyRun = await chef('chef-solo', ['--why-run'], deployment, {});
    expect(whyRun.exitCode, whyRun.all).toBe(1);
    expect(whyRun.all).toContain('[usage] a why-run is no run of a role');
    agent.kill('SIGTERM');
    expect(await agent.end()).toMatchObject({ exitCode: 130 });
    const wrong = epoch.agent('db', { more: ['--directory', 'db', '--outside', 'nobody'] });
    expect(await wrong.end()).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('has no role nobody') });
  });
});
