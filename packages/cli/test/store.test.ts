import { describe, expect, test } from 'vitest';
import { script, Workspace } from './support/workspace.ts';

const one: Readonly<Record<string, string>> = {
  'heddle.yaml': `heddle: 1
deployment: one
nodes:
  a:
    roles: [{ name: tell, command: [./tell.sh], outputs: { told: told } }]
`,
  'tell.sh': script('heddle set told=yes'),
};

describe('heddle store', () => {
  test('serves a folder on a loopback address until it is interrupted, and keeps what it holds', async () => {
    const workspace = await Workspace.forTest(one);
    const serve = () => workspace.start(['store', 'kept', '--listen', '127.0.0.1:0']);
    const first = serve();
    const url = await first.line(/^heddle:\/\/127\.0\.0\.1:\d+$/);
    const up = await workspace.heddle('up', '--store', url);
    expect(up, up.stderr).toMatchObject({ exitCode: 0 });
    expect(await workspace.heddle('get', 'a.told', '--store', url)).toMatchObject({ exitCode: 0, stdout: 'yes\n' });
    first.kill('SIGINT');
    expect(await first.end).toMatchObject({ exitCode: 0, stdout: `${url}\n` });

    expect(await workspace.heddle('get', 'a.told', '--store', url)).toMatchObject({ exitCode: 24, stdout: '' });
    const second = serve();
    const again = await second.line(/^heddle:\/\//);
    expect(await workspace.start(['get', 'a.told'], { HEDDLE_STORE: again }).end).toMatchObject({
      exitCode: 0,
      stdout: 'yes\n',
    });
    second.kill('SIGTERM');
    expect(await second.end).toMatchObject({ exitCode: 0 });
    expect(await workspace.heddle('get', 'a.told', '--store', `embedded:${workspace.path('kept')}`)).toMatchObject({
      exitCode: 0,
      stdout: 'yes\n',
    });
  });

  test('without an address it serves the folder to this machine', async () => {
    const workspace = await Workspace.forTest(one);
    const store = workspace.start(['store', 'kept']);
    expect(await store.line(/^embedded:/)).toBe(`embedded:${workspace.path('kept')}`);
    const second = await workspace.heddle('store', 'kept');
    expect(second).toMatchObject({
      exitCode: 24,
      stdout: '',
      stderr: expect.stringContaining(
        `[unavailable] the store's folder ${workspace.path('kept')} is already served by process `,
      ),
    });
    store.kill('SIGINT');
    expect(await store.end).toMatchObject({ exitCode: 0 });
  });

  test('refuses addresses that other machines could reach', async () => {
    const workspace = await Workspace.forTest({});
    const refused = await Promise.all(
      ['0.0.0.0:7470', '10.0.0.5:7470', '[::]:7470', 'example.org:7470'].map((address) =>
        workspace.heddle('store', 'kept', '--listen', address),
      ),
    );
    expect(refused.map(({ exitCode }) => exitCode)).toEqual([25, 25, 25, 25]);
    expect(
      refused[0]?.stderr,
    ).toBe(`heddle: [denied] the store does not listen on 0.0.0.0:7470: it has neither TLS nor credentials yet, so whoever reaches that address could read and change every value
  try: --listen 127.0.0.1:7470, and a tunnel for other machines: ssh -L 7470:127.0.0.1:7470 HOST
  try: for several machines: ZooKeeper or etcd with access control
`);
    await expect(workspace.read('kept')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test.each(['here', '127.0.0.1', '127.0.0.1:99999', '127.0.0.1:'])(
    'refuses %s, which is no address',
    async (address) => {
      const workspace = await Workspace.forTest({});
      expect(await workspace.heddle('store', 'kept', '--listen', address)).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining(`[usage] "${address}" is no address: write [HOST:]PORT`),
      });
    },
  );
});
