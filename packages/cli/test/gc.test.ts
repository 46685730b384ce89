import { expect, test } from 'vitest';
import { pair } from './support/pair.ts';
import { Workspace } from './support/workspace.ts';

test('heddle gc removes closed epochs, after it has shown what it would remove', async () => {
  const workspace = await Workspace.forTest(pair);
  for (const _ of [1, 2, 3]) expect(await workspace.heddle('seed', 'heddle.yaml')).toMatchObject({ exitCode: 0 });
  const listed = async (...words: string[]) => {
    const { exitCode, stdout, stderr } = await workspace.heddle('gc', ...words, '-o', 'json');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const { deployment, epochs } = JSON.parse(stdout) as {
      deployment: string;
      epochs: { epoch: string; state: string; entries: number; users: string[] }[];
    };
    expect(deployment).toBe('pair');
    return epochs.map(({ epoch, state }) => `${epoch} ${state}`);
  };
  expect(await listed('--dry-run', '--keep', '1')).toEqual(['1 removable', '2 kept']);
  const shown = await workspace.heddle('gc', '--keep', '1');
  expect(shown).toMatchObject({ exitCode: 0, stderr: '' });
  expect(shown.stdout).toMatch(/^EPOCH +ENTRIES +STATE\n1 +\d+ +removed\n2 +\d+ +kept\n$/);
  expect(await listed()).toEqual(['2 removed']);
  expect(await workspace.heddle('gc')).toMatchObject({
    exitCode: 0,
    stdout: '',
    stderr: 'heddle: deployment pair has no closed epoch\n',
  });
  expect(await workspace.heddle('ls', '--epoch', '2')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('epoch 2 of deployment pair was closed and has been removed from this store'),
  });
  expect(await workspace.heddle('ls', '-o', 'json')).toMatchObject({ exitCode: 0 });
});

test('heddle gc leaves the epoch that runs', async () => {
  const workspace = await Workspace.forTest(pair);
  const open = await workspace.gate('gate');
  expect(await workspace.heddle('seed', 'heddle.yaml')).toMatchObject({ exitCode: 0 });
  const up = workspace.start(['up']);
  await up.line(/web-1 app +published ip/);
  const { exitCode, stdout } = await workspace.heddle('gc');
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.stringMatching(/\n1 +\d+ +removed\n$/) });
  await open();
  expect(await up.end).toMatchObject({ exitCode: 0 });
});

test('heddle gc takes a number of epochs', async () => {
  const workspace = await Workspace.forTest(pair);
  const wrong = await workspace.heddle('gc', '--keep', 'all');
  expect(wrong).toMatchObject({ exitCode: 2, stdout: '' });
  expect(wrong.stderr).toContain('"all" is not a whole number');
});
