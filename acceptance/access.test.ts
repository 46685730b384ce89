import { join } from 'node:path';
import { openStore } from '@heddle/agent';
import { epochKeys, type Key, type Store } from '@heddle/core';
import { startEtcd, startZookeeper, type TestServer } from '@heddle/testkit';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Deployment, script } from './support/deployment.ts';

const administrator = { user: 'root', password: 'of-the-administrator' };

const files = {
  'publish.sh': script('heddle set host=10.0.0.1', 'heddle set password=p4ssw0rd-of-db'),
  'read.sh': script('host=$(heddle get db.host)', 'echo "$host" > "$OUT/read.txt"', 'heddle set seen=yes'),
  'heddle.yaml': `
heddle: 1
deployment: shop
params: { out: "" }
nodes:
  db:
    roles:
      - { name: mysql, command: [./publish.sh], outputs: { host: host, password: { path: password, sensitive: true } } }
  web:
    roles:
      - { name: app, command: { run: [./read.sh], env: { OUT: "\${params.out}" } }, inputs: { db.host: "\${db.host}" }, outputs: { seen: seen } }
`,
};

describe.each([
  ['ZooKeeper', () => startZookeeper({})],
  ['etcd', () => startEtcd({ users: { [administrator.user]: administrator.password } })],
])('on %s, a node with credentials of its own', (_name, startServer) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.close());

  let root = 0;
  /** A deployment with a root of its own on the server. */
  async function create() {
    root += 1;
    const url = `${server.url}/root-${root}`;
    const environment = {
      HEDDLE_STORE: url,
      HEDDLE_STORE_USER: administrator.user,
      HEDDLE_STORE_PASSWORD: administrator.password,
    };
    const deployment = await Deployment.create(files);
    const run = (...words: string[]) => deployment.startWith(environment, ...words).end();
    return { deployment, url, environment, run };
  }

  async function connectAs(deployment: Deployment, url: string, node: string): Promise<Store> {
    const { user, password, grant } = JSON.parse(await deployment.read(`.heddle/shop/credentials/1/${node}.json`));
    const store = await openStore(url, { credentials: { user, password, grant } });
    onTestFinished(() => store.close());
    return store;
  }

  it('reads what its roles read; all else is denied at once, and nothing is changed by it', async () => {
    const { deployment, url, run } = await create();
    const result = await run('up', '--set', `out=${deployment.directory}`);
    expect(result.stderr).toBe('');
    expect(result.stdout).toContain('2 nodes, each with credentials of its own');
    expect(await deployment.read('read.txt')).toBe('10.0.0.1\n');

    const web = await connectAs(deployment, url, 'web');
    const keys = epochKeys('shop', '1');
    const host = await web.get(keys.value('db', 'host'));
    expect(JSON.parse(Buffer.from(host?.value ?? '').toString())).toMatchObject({ value: '10.0.0.1' });
    const secret = keys.value('db', 'password');
    const denied = { code: 'denied', exitCode: 25 };
    await expect(web.get(secret)).rejects.toMatchObject(denied);
    await expect(web.list(keys.values())).rejects.toMatchObject(denied);
    await expect(web.get(keys.value('db', 'never-planned'))).rejects.toMatchObject(denied);
    for (const key of [secret, keys.value('db', 'host'), keys.open(), keys.plan('web')]) {
      const change = web.put(key, Buffer.from('x'), { expect: { rev: host?.rev ?? '' } });
      await expect(change, key.join('/')).rejects.toMatchObject(denied);
    }
    await expect(watchFails(web, secret)).resolves.toMatchObject(denied);

    const shown = await run('get', 'db.password', '--reveal');
    expect(shown).toMatchObject({ stdout: 'p4ssw0rd-of-db', exitCode: 0 });
  });

  it('sees nothing of another deployment, and nothing of the next epoch', async () => {
    const { deployment, url, run } = await create();
    await run('up', '--set', `out=${deployment.directory}`);
    const web = await connectAs(deployment, url, 'web');
    await deployment.write('other.yaml', files['heddle.yaml'].replace('deployment: shop', 'deployment: other'));
    const up = await run('up', 'other.yaml', '--set', `out=${deployment.directory}`);
    expect(up, up.stdout + up.stderr).toMatchObject({ exitCode: 0 });
    const other = epochKeys('other', '1');
    for (const key of [other.open(), other.plan('web'), other.value('db', 'host'), other.role('db', 'mysql')])
      await expect(web.get(key), key.join('/')).rejects.toMatchObject({ code: 'denied' });
    expect(await run('seed', 'heddle.yaml', '--credentials', 'next')).toMatchObject({ exitCode: 0 });
    await expect(web.get(epochKeys('shop', '2').plan('web'))).rejects.toMatchObject({ code: 'denied' });
  });

  it('is told that its epoch is closed when the next one begins, not that it may not', async () => {
    const { deployment, url, environment, run } = await create();
    const seed = () => run('seed', 'heddle.yaml', '--credentials', 'own', '--set', `out=${deployment.directory}`);
    expect(await seed()).toMatchObject({ exitCode: 0 });
    const reader = deployment.startWith(
      { ...environment, HEDDLE_STORE_USER: undefined, HEDDLE_STORE_PASSWORD: undefined },
      'agent',
      `--store=${url}`,
      '--deployment=shop',
      '--epoch=1',
      '--node=web',
      `--directory=${join(deployment.directory, 'web')}`,
      `--credentials=${join(deployment.directory, 'own/1/web.json')}`,
    );
    await reader.line(/waits for db.host/);
    expect(await seed()).toMatchObject({ exitCode: 0 });
    const { exitCode, stdout, stderr } = await reader.end();
    expect(exitCode, stdout + stderr).toBe(24);
    expect(stderr).toContain('[fenced] epoch 1 of deployment shop is closed: a newer one was started');
    expect(stdout + stderr).not.toContain('[denied]');
  });

  it('cannot stand in for another: the write is denied at once, and its reader is told', async () => {
    const { deployment, url, environment, run } = await create();
    expect(await run('seed', 'heddle.yaml', '--set', `out=${deployment.directory}`)).toMatchObject({ exitCode: 0 });
    // The file says for whom it is, which an agent looks at before anything else: the impostor has changed that.
    const stolen = JSON.parse(await deployment.read('.heddle/shop/credentials/1/web.json'));
    await deployment.write('stolen.json', JSON.stringify({ ...stolen, node: 'db' }));
    const agent = (node: string, file: string) =>
      deployment.startWith(
        { ...environment, HEDDLE_STORE_USER: undefined, HEDDLE_STORE_PASSWORD: undefined },
        'agent',
        `--store=${url}`,
        '--deployment=shop',
        '--epoch=1',
        `--node=${node}`,
        `--directory=${join(deployment.directory, node)}`,
        `--credentials=${join(deployment.directory, file)}`,
      );
    const own = '.heddle/shop/credentials/1/web.json';
    expect(await agent('db', own).end()).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('is for node web'),
    });
    const reader = agent('web', own);
    const impostor = await agent('db', 'stolen.json').end();
    expect(impostor.exitCode).not.toBe(0);
    expect(`${impostor.stdout}${impostor.stderr}`).toContain('[denied]');
    const read = await reader.end();
    expect(read.exitCode).toBe(21);
    expect(await run('ls', 'db')).not.toMatchObject({ stdout: expect.stringContaining('10.0.0.1') });
  });

  it('is who heddle exec runs a command as, in the epoch that they are for', async () => {
    const { deployment, environment, run } = await create();
    expect(await run('seed', 'heddle.yaml', '--set', 'out=/none')).toMatchObject({ exitCode: 0 });
    const own = {
      ...environment,
      HEDDLE_STORE_USER: undefined,
      HEDDLE_STORE_PASSWORD: undefined,
      HEDDLE_STORE_CREDENTIALS_FILE: join(deployment.directory, '.heddle/shop/credentials/1/db.json'),
    };
    const exec = await deployment.startWith(own, 'exec', '--role', 'mysql', '--', './publish.sh').end();
    expect(exec, exec.stderr).toMatchObject({ exitCode: 0 });
    expect(await run('get', 'db.host')).toMatchObject({ stdout: '10.0.0.1' });
  });

  it('is who heddle status shows the epoch to that they are for', async () => {
    const { deployment, environment, run } = await create();
    expect(await run('seed', 'heddle.yaml', '--set', 'out=/none')).toMatchObject({ exitCode: 0 });
    const own = {
      ...environment,
      HEDDLE_STORE_USER: undefined,
      HEDDLE_STORE_PASSWORD: undefined,
      HEDDLE_STORE_CREDENTIALS_FILE: join(deployment.directory, '.heddle/shop/credentials/1/db.json'),
    };
    const status = await deployment.startWith(own, 'status').end();
    expect(status, status.stderr).toMatchObject({ exitCode: 0 });
    expect(status.stdout).toContain('deployment shop, epoch 1');
  });

  it('is not made with --access shared: then all connect as who seeded', async () => {
    const { deployment, run } = await create();
    const result = await run('up', '--access', 'shared', '--set', `out=${deployment.directory}`);
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
    expect(result.stdout).toContain('2 nodes, all with your credentials');
    expect(await deployment.read('read.txt')).toBe('10.0.0.1\n');
  });
});

function watchFails(store: Store, key: Key): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const watch = store.watch(key, {
      state: ({ key: told }) => reject(new Error(`it is told ${told.join('/')}`)),
      gone: () => undefined,
      synced: () => reject(new Error('it is told that nothing is there')),
      status: () => undefined,
      failed: resolve,
    });
    onTestFinished(() => watch.close());
  });
}
