import { compile, currentEpoch, openEpoch, type Store, startEpoch } from '@heddle/core';
import embedded from '@heddle/store-embedded';
import { expect, onTestFinished, test } from 'vitest';
import { joinEpoch } from '../src/exec/join-epoch.ts';
import { Workspace } from './support/workspace.ts';

test('an epoch that another process starts meanwhile is joined, not closed', async () => {
  const workspace = await Workspace.forTest({});
  const text = JSON.stringify({
    heddle: 1,
    deployment: 'd',
    nodes: { a: { roles: [{ name: 'r', command: ['true'] }] } },
  });
  const plan = compile(text, { file: 'heddle.yaml', directory: workspace.directory });
  const store = await embedded.open(`embedded:${workspace.path('store')}`);
  onTestFinished(() => store.close());
  let hasStarted = false;
  const racing: Store = new Proxy(store, {
    get(target, name) {
      if (name === 'get' && !hasStarted) {
        return async (...words: Parameters<Store['get']>) => {
          const entry = await target.get(...words);
          hasStarted = true;
          await startEpoch(store, plan);
          return entry;
        };
      }
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
  expect((await joinEpoch(racing, { deployment: 'd', epoch: undefined, plan })).keys.epoch).toBe('1');
  expect(await currentEpoch(store, 'd')).toBe('1');
  expect((await openEpoch(store, 'd', '1')).keys.epoch).toBe('1');
});
