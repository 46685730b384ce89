import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { startEtcd, startZookeeper, type TestServer } from '@heddle/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { script, Workspace } from './support/workspace.ts';

const administrator = { user: 'root', password: 'of-the-administrator' };

const template = (group: string) => `heat_template_version: 2018-08-31
resources:
  web:
    type: OS::Heat::${group}
    properties:
      ${group === 'ResourceGroup' ? 'count: 3' : 'min_size: 3\n      max_size: 3'}
      ${group === 'ResourceGroup' ? 'resource_def' : 'resource'}:
        type: OS::Nova::Server
        properties: { image: i, flavor: f }
        metadata: { roles: [{ name: app, command: ['true'] }] }
`;

describe.each([
  ['ZooKeeper', () => startZookeeper({})],
  ['etcd', () => startEtcd({ users: { [administrator.user]: administrator.password } })],
])('a machine of a group with rights for each node, on %s', (_name, startServer) => {
  let server: TestServer;
  let root = 0;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.close());

  /** Seed a group of three; `machine` makes the files of one of its machines, and boots it as often as is asked. */
  async function seeded(group = 'ResourceGroup') {
    root += 1;
    const store = `${server.url}/boot-${root}`;
    const workspace = await Workspace.forTest({
      'template.yaml': template(group),
      'signal.sh': script('cat >> signals', 'echo >> signals'),
    });
    const user = { HEDDLE_STORE_USER: administrator.user, HEDDLE_STORE_PASSWORD: administrator.password };
    await workspace.heddle('compile', 'template.yaml', '--deployment', 'shop', '-o', 'stack.json');
    // No content is fetched: the roles run in a folder that is there.
    const plan = JSON.parse(await workspace.read('plan.json')) as Record<string, unknown>;
    await workspace.write('plan.json', JSON.stringify({ ...plan, directory: workspace.directory }));
    const seed = async () => {
      const end = await workspace.start(['seed', 'plan.json', '--store', store], user).end;
      expect(end, end.stderr).toMatchObject({ exitCode: 0 });
      const environment = JSON.parse(await workspace.read('environment.json')) as {
        parameters: { heddle_credentials: { web: string }; heddle_store: string };
      };
      return environment.parameters;
    };
    const machine = (name: string, parameters: Awaited<ReturnType<typeof seed>>, epoch = '1') => ({
      boot: async (is: Readonly<Record<string, string>>, instance = name) => {
        const node = { heddleNode: 1, deployment: 'shop', epoch, ...is, store: parameters.heddle_store, content: null };
        await workspace.write(`${name}/instance`, instance);
        const write = (file: string, text: string) =>
          writeFile(workspace.path(`${name}/${file}`), text, { mode: 0o600 });
        await write('node.json', JSON.stringify(node));
        await write('credentials.json', parameters.heddle_credentials.web);
        const words = ['--node-file', `${name}/node.json`, '--directory', `${name}/state`];
        const more = ['--signal', './signal.sh', '--instance', `${name}/instance`, '--patience', '20s'];
        return workspace.heddle('boot', ...words, ...more);
      },
      kept: async () =>
        JSON.parse(await readFile(workspace.path(`${name}/state/credentials.json`), 'utf8')) as Record<string, unknown>,
      modeOf: async (file: string) => (await stat(workspace.path(`${name}/${file}`))).mode & 0o777,
      /** Leave it as a loss of power does before it knows that its credentials are out of the store. */
      unconfirm: () =>
        rename(
          workspace.path(`${name}/state/credentials.json`),
          workspace.path(`${name}/state/credentials.pending.json`),
        ),
      lose: () => rm(workspace.path(`${name}/state`), { recursive: true }),
    });
    return { seed, machine };
  }

  test('fetches its own credentials, keeps them for its next boot, and nobody fetches them again', async () => {
    const { seed, machine } = await seeded();
    const parameters = await seed();
    const own = machine('own', parameters);
    const first = await own.boot({ node: 'web-1' });
    expect(first, `${first.stdout}${first.stderr}`).toMatchObject({ exitCode: 0 });
    expect(await own.kept()).toMatchObject({ heddleCredentials: 1, deployment: 'shop', epoch: '1', node: 'web-1' });
    expect(await own.modeOf('state/credentials.json')).toBe(0o600);
    const again = await own.boot({ node: 'web-1' });
    expect(again, `${again.stdout}${again.stderr}`).toMatchObject({ exitCode: 0 });
    const thief = await machine('thief', parameters).boot({ node: 'web-1' });
    expect(thief.exitCode).toBe(2);
    expect(thief.stderr).toContain('[config-invalid] a machine has fetched the credentials of web-1 in epoch 1');
    await own.lose();
    expect((await own.boot({ node: 'web-1' })).stderr).toContain('and it is not this one, or it has lost them');
    const peer = await machine('peer', parameters).boot({ node: 'web-2' });
    expect(peer, `${peer.stdout}${peer.stderr}`).toMatchObject({ exitCode: 0 });
  });

  test('goes on where it was after a loss of power before it knew that its credentials are out of the store', async () => {
    const { seed, machine } = await seeded();
    const own = machine('own', await seed());
    expect(await own.boot({ node: 'web-1' })).toMatchObject({ exitCode: 0 });
    const before = await own.kept();
    await own.unconfirm();
    const end = await own.boot({ node: 'web-1' });
    expect(end, `${end.stdout}${end.stderr}`).toMatchObject({ exitCode: 0 });
    expect(await own.kept()).toEqual(before);
  });

  test('fetches those of the place that it takes when it was told its group only', async () => {
    const { seed, machine } = await seeded('AutoScalingGroup');
    const parameters = await seed();
    const first = machine('one', parameters);
    for (const _boot of [1, 2]) {
      const end = await first.boot({ group: 'web' });
      expect(end, `${end.stdout}${end.stderr}`).toMatchObject({ exitCode: 0 });
      expect(await first.kept()).toMatchObject({ node: 'web-0' });
    }
    const second = machine('two', parameters);
    expect(await second.boot({ group: 'web' })).toMatchObject({ exitCode: 0 });
    expect(await second.kept()).toMatchObject({ node: 'web-1' });
  });

  test('fetches new ones in another epoch, and as another node of an image that was made of it', async () => {
    const { seed, machine } = await seeded();
    const own = machine('own', await seed());
    expect(await own.boot({ node: 'web-0' })).toMatchObject({ exitCode: 0 });
    const next = machine('own', await seed(), '2');
    const end = await next.boot({ node: 'web-0' });
    expect(end, `${end.stdout}${end.stderr}`).toMatchObject({ exitCode: 0 });
    expect(await next.kept()).toMatchObject({ epoch: '2', node: 'web-0' });
    expect(await next.boot({ node: 'web-2' })).toMatchObject({ exitCode: 0 });
    expect(await next.kept()).toMatchObject({ epoch: '2', node: 'web-2' });
  });
});
