import { expect, test } from 'vitest';
import { otherStore } from '../src/deployment/find.ts';
import { Workspace } from './support/workspace.ts';

test('status and why name the store where it is not the one of the folder', async () => {
  const workspace = await Workspace.forTest({
    'heddle.yaml': 'heddle: 1\ndeployment: two\nnodes: { a: { roles: [{ name: x, command: ["true"] }] } }\n',
  });
  const elsewhere = `embedded:${workspace.path('elsewhere')}`;
  for (const words of [[], ['--store', elsewhere]]) await workspace.heddle('seed', 'heddle.yaml', ...words);
  const shown = async (command: string, environment: NodeJS.ProcessEnv = {}) => {
    const words = command === 'why' ? ['why', 'a'] : [command];
    return (await workspace.start(words, environment).end).stdout.split('\n')[0];
  };
  expect(await shown('status')).toBe('deployment two, epoch 1');
  expect(await shown('why')).toMatch(/^a role x has not started/);
  expect(await shown('status', { HEDDLE_STORE: elsewhere })).toBe(`deployment two, epoch 1 (store ${elsewhere})`);
  expect(await shown('why', { HEDDLE_STORE: elsewhere })).toBe(`store ${elsewhere}`);
});

test('the password in the URL of a store is not shown', () => {
  const found = { storeUrl: 'etcd://joe:hush@10.0.0.5:2379/shop', deployment: 'shop', directory: '/srv' };
  expect(otherStore(found)).toBe('etcd://joe:***@10.0.0.5:2379/shop');
});
