import { existsSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { startZookeeper, type ZookeeperServer } from '@heddle/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Workspace } from './support/workspace.ts';

const files = {
  'heddle.yaml': `heddle: 1
deployment: kept
nodes:
  a: { roles: [{ name: one, command: ["true"], outputs: { told: told } }] }
  b: { roles: [{ name: one, command: ["true"], inputs: { a.told: "\${a.told}" } }] }
`,
};

describe("the nodes' credentials, on a store that gives them", () => {
  let server: ZookeeperServer;
  beforeAll(async () => {
    server = await startZookeeper();
  });
  afterAll(() => server.close());

  let root = 0;
  async function begin() {
    root += 1;
    const workspace = await Workspace.forTest(files);
    const environment = {
      HEDDLE_STORE: `${server.url}/root-${root}`,
      HEDDLE_STORE_USER: 'joe',
      HEDDLE_STORE_PASSWORD: 'pass-of-joe',
    };
    const heddle = (...words: string[]) => workspace.start(words, environment).end;
    return { workspace, seed: (...words: string[]) => heddle('seed', 'heddle.yaml', ...words), heddle };
  }

  const epochOf = async (heddle: (...words: string[]) => Promise<{ stdout: string }>) =>
    (JSON.parse((await heddle('status', '-o', 'json')).stdout) as { epoch: string }).epoch;

  test('are seen to have a place before anything is closed', async () => {
    const { workspace, seed, heddle } = await begin();
    expect(await seed()).toMatchObject({ exitCode: 0 });
    await workspace.write('blocked', 'this is no folder');
    const { exitCode, stderr } = await seed('--credentials', 'blocked/inside');
    expect(exitCode).toBe(2);
    expect(stderr).toContain("[config-invalid] the nodes' credentials cannot be written: ENOTDIR");
    expect(stderr).toContain(workspace.path('blocked/inside'));
    expect(stderr).toContain('heddle seed --credentials FOLDER writes them elsewhere');
    expect(await epochOf(heddle)).toBe('1');
    expect(existsSync(workspace.path('.heddle/kept/credentials/1/a.json'))).toBe(true);
  });

  test('need no place when all nodes share those of the seed', async () => {
    const { workspace, seed } = await begin();
    await workspace.write('blocked', 'this is no folder');
    const shared = await seed('--credentials', 'blocked/inside', '--access', 'shared');
    expect(shared, shared.stderr).toMatchObject({ exitCode: 0 });
  });

  test('are kept for the current epoch only in the state folder, and for all in one that was named', async () => {
    const { workspace, seed } = await begin();
    for (const _epoch of [1, 2]) expect(await seed()).toMatchObject({ exitCode: 0 });
    for (const _epoch of [3, 4]) expect(await seed('--credentials', 'own')).toMatchObject({ exitCode: 0 });
    const isThere = (file: string) => existsSync(workspace.path(file));
    expect(['1/a', '2/a', '2/b'].map((file) => isThere(`.heddle/kept/credentials/${file}.json`))).toEqual([
      false,
      true,
      true,
    ]);
    expect(['3/a', '3/b', '4/a', '4/b'].map((file) => isThere(`own/${file}.json`))).toEqual([true, true, true, true]);
  });

  test('stand in a folder that nobody else may enter, also where it was there before', async () => {
    const { workspace, seed } = await begin();
    await mkdir(workspace.path('own'), { mode: 0o755 });
    expect(await seed('--credentials', 'own')).toMatchObject({ exitCode: 0 });
    expect((await stat(workspace.path('own/1'))).mode & 0o777).toBe(0o700);
  });
});

test('a store that gives no credentials leaves no folder for them', async () => {
  const workspace = await Workspace.forTest(files);
  expect(await workspace.heddle('seed', 'heddle.yaml', '--credentials', 'own')).toMatchObject({ exitCode: 0 });
  expect(existsSync(workspace.path('own'))).toBe(false);
  expect(existsSync(workspace.path('.heddle/kept/credentials'))).toBe(false);
});
