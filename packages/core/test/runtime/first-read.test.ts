import { HeddleError, type Store, startEpoch } from '@heddle/core';
import { expect, it } from 'vitest';
import { openFixtureStore, planOf, TestNode } from './fixture.ts';

const plan = planOf({
  db: { roles: [{ name: 'mysql', outputs: { port: 'port' } }] },
  web: { roles: [{ name: 'app', inputs: { port: '${db.port}' } }] },
});

it('the first look for a value gives the store no longer than the read itself may last', async () => {
  const real = await openFixtureStore();
  const epoch = await startEpoch(real, plan);
  const value = epoch.keys.value('db', 'port').join('/');
  const allowedMs: (number | undefined)[] = [];
  const away: Store = {
    ...real,
    async get(key, options) {
      if (key.join('/') !== value) return real.get(key, options);
      allowedMs.push(options?.timeoutMs);
      throw new HeddleError('unavailable', 'no answer');
    },
  };
  const web = await TestNode.begin(away, epoch, plan, 'web');
  await expect(web.read('app', 'port', { timeoutMs: 300 })).rejects.toMatchObject({ code: 'unavailable' });
  expect(allowedMs.length).toBeGreaterThan(1);
  for (const ms of allowedMs) expect(ms).toBeLessThanOrEqual(300);
});
