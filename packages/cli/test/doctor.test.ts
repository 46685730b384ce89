import { mkdir, readFile, symlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStore } from '@heddle/agent';
import { startZookeeper } from '@heddle/testkit';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Check } from '../src/views/doctor.ts';
import { script, Workspace } from './support/workspace.ts';

const files: Readonly<Record<string, string>> = {
  'heddle.yaml': `heddle: 1
deployment: shop
nodes:
  db: { roles: [{ name: mysql, command: [./mysql.sh], outputs: { port: port } }] }
  web: { roles: [{ name: app, command: [./app.sh], inputs: { port: "\${db.port}" } }] }
`,
  'mysql.sh': script('heddle set port:=3306'),
  'app.sh': script('heddle get port'),
};

async function doctor(workspace: Workspace, words: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const { exitCode, stdout, stderr } = await workspace.start(['doctor', '-o', 'json', ...words], environment).end;
  expect(stderr).toBe('');
  const { checks } = JSON.parse(stdout) as { checks: Check[] };
  return { exitCode, checks, check: (name: string) => checks.find((each) => each.name === name) };
}

describe('heddle doctor', () => {
  test('says what is here, looks at the file and at the store, and leaves nothing behind', async () => {
    const workspace = await Workspace.forTest(files);
    const before = await doctor(workspace, []);
    expect(before.exitCode).toBe(0);
    expect(before.check('node')).toEqual({ name: 'node', state: 'ok', text: process.versions.node });
    expect(before.check('deployment file')?.text).toBe('heddle.yaml: deployment shop, 2 nodes, 2 roles');
    expect(before.check('store')?.text).toMatch(/\/\.heddle\/shop is made by the first heddle up$/);
    await expect(readFile(workspace.path('.heddle'))).rejects.toMatchObject({ code: 'ENOENT' });

    await workspace.heddle('seed', 'heddle.yaml');
    const after = await doctor(workspace, []);
    expect(after.check('store: read')?.text).toBe('permitted; it holds epoch 1 of deployment shop');
    expect(after.check('store: write')?.state).toBe('ok');
    const store = await openStore(`embedded:${workspace.path('.heddle/shop')}`);
    onTestFinished(() => store.close());
    expect([...new Set((await store.list([])).map(({ key }) => key[0]))]).toEqual(['shop']);
  });

  test('fails with 2 for a role whose tool is not installed, and says what to install', async () => {
    const workspace = await Workspace.forTest({
      ...files,
      'heddle.yaml':
        'heddle: 1\ndeployment: cook\nnodes: { a: { roles: [{ name: x, chef: { run_list: [], program: ./none } }] } }\n',
    });
    // A PATH with Node.js alone.
    await mkdir(workspace.path('bin'));
    await symlink(process.execPath, workspace.path('bin/node'));
    const { exitCode, check } = await doctor(workspace, [], {
      PATH: workspace.path('bin'),
      HEDDLE_CHEF_SOLO: '/nowhere/chef-solo',
    });
    expect(exitCode).toBe(2);
    expect(check('chef-solo')).toMatchObject({
      state: 'ok',
      text: 'not installed; no role of the deployment needs it',
    });
    expect(check('chef-solo: ./none')).toMatchObject({
      state: 'fail',
      text: 'a Chef role cannot run: ./none is not an executable program; role a.x needs it',
    });
    expect(check('chef-solo: ./none')?.next?.[0]).toContain('install Chef series 18');
    expect(check('flock')).toMatchObject({ state: 'fail', next: ['apt-get install util-linux'] });
    expect(check('ansible-playbook')).toMatchObject({
      state: 'ok',
      text: 'not installed; no role of the deployment needs it',
    });
  });

  test('tells an invalid file and a store that does not answer, each in its line', async () => {
    const workspace = await Workspace.forTest({
      'heddle.yaml': (files['heddle.yaml'] ?? '').replace('db.port', 'db.prot'),
    });
    const result = await workspace.heddle('doctor', '--store', 'heddle://127.0.0.1:9');
    expect(result.exitCode).toBe(2);
    expect(result.stdout).toMatch(/^fail {2}deployment file +heddle\.yaml:5:.*did you mean "port"/m);
    expect(result.stdout).toMatch(
      /^fail {2}store +heddle:\/\/127\.0\.0\.1:9: the store heddle:\/\/127\.0\.0\.1:9 did not answer.*\n +try: check that the store runs/m,
    );
  });

  test('with the credentials of a node sees that it may read and not write, and why works with them', async () => {
    const server = await startZookeeper({});
    onTestFinished(() => server.close());
    const workspace = await Workspace.forTest(files);
    const store = `${server.url}/doctor`;
    const administrator = { HEDDLE_STORE: store, HEDDLE_STORE_USER: 'root', HEDDLE_STORE_PASSWORD: 'secret-word' };
    const seed = await workspace.start(['seed', 'heddle.yaml', '--access', 'node'], administrator).end;
    expect(seed).toMatchObject({ exitCode: 0 });
    expect((await doctor(workspace, [], administrator)).check('store: write')?.state).toBe('ok');
    const node = {
      HEDDLE_STORE: store,
      HEDDLE_STORE_CREDENTIALS_FILE: workspace.path('.heddle/shop/credentials/1/web.json'),
    };
    const { exitCode, check } = await doctor(workspace, [], node);
    expect(exitCode).toBe(0);
    expect(check('store: read')).toMatchObject({ state: 'ok' });
    expect(check('store: write')).toMatchObject({
      state: 'warn',
      text: 'not permitted: enough to look at a deployment, not to start one',
    });
    const why = await workspace.start(['why', 'web', '-o', 'json'], node).end;
    expect(JSON.parse(why.stdout)).toMatchObject({ root: { kind: 'no-agent', node: 'web' } });
  });

  test('asks for the Node.js that the package asks for', async () => {
    const manifest = fileURLToPath(new URL('../package.json', import.meta.url));
    const { engines } = JSON.parse(await readFile(manifest, 'utf8')) as { engines: { node: string } };
    const source = await readFile(`${dirname(manifest)}/src/doctor/examine.ts`, 'utf8');
    expect(source).toContain(`minimumNode = '${engines.node.replace('>=', '')}'`);
    expect((await execa(process.execPath, ['--version'])).stdout).toBe(process.version);
  });
});
