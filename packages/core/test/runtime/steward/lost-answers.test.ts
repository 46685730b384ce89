import { HeddleError, type Store, startEpoch } from '@heddle/core';
import { expect, it } from 'vitest';
import { openFixtureStore, planOf, TestNode } from '../fixture.ts';
import { told } from './election.ts';

const plan = planOf({
  db: { roles: [{ name: 'mysql', inputs: { ip: '${web.ip}', now: '${ops.key}' }, outputs: { port: 'port' } }] },
  web: { roles: [{ name: 'app', inputs: { port: '${db.port}' }, outputs: { ip: 'ip' } }] },
  ops: { roles: [{ name: 'keys', outputs: { key: 'key' } }] },
  box: {
    count: 1,
    roles: [{ name: 'first', inputs: { now: '${ops.key}', late: '${box[*].late}' }, outputs: { late: 'late' } }],
  },
});

type Call = 'put' | 'delete';

/** A store that leaves the first such call for the entry of the steward without an answer; it is not made either. */
function losing(store: Store, call: Call) {
  let lose: () => void = () => undefined;
  const lost = new Promise<void>((resolve) => {
    lose = resolve;
  });
  let isLost = false;
  const check = (made: Call, key: readonly string[]): void => {
    if (isLost || made !== call || key.at(-1) !== 'steward') return;
    isLost = true;
    lose();
    throw new HeddleError('ambiguous', 'the answer was lost');
  };
  const between: Store = {
    ...store,
    async put(key, value, options) {
      check('put', key);
      return store.put(key, value, options);
    },
    async delete(key, options) {
      check('delete', key);
      return store.delete(key, options);
    },
  };
  return { store: between, lost };
}

it('a deadlock is found although the first candidacy of its steward had no answer', async () => {
  const real = await openFixtureStore();
  const { store } = losing(real, 'put');
  const epoch = await startEpoch(real, plan);
  const db = await TestNode.begin(store, epoch, plan, 'db');
  const web = await TestNode.begin(store, epoch, plan, 'web');
  const codes = [db.read('mysql', 'ip'), web.read('app', 'port')].map((reading) =>
    reading.then(
      () => 'value',
      (error: HeddleError) => error.code,
    ),
  );
  expect(await Promise.race(codes)).toBe('deadlock');
});

it('a deadlock is found although a steward gave its office back without an answer', async () => {
  const real = await openFixtureStore();
  const { store, lost } = losing(real, 'delete');
  const epoch = await startEpoch(real, plan);
  const db = await TestNode.begin(store, epoch, plan, 'db');
  const web = await TestNode.begin(real, epoch, plan, 'web');
  const ops = await TestNode.begin(real, epoch, plan, 'ops');
  const reading = db.read('mysql', 'now');
  await told(real, epoch, 'state');
  await ops.publish('keys', 'key', 'secret');
  await reading;
  await lost;
  const codes = [db.read('mysql', 'ip'), web.read('app', 'port')].map((read) =>
    read.then(
      () => 'value',
      (error: HeddleError) => error.code,
    ),
  );
  expect(await Promise.race(codes)).toBe('deadlock');
});

it('a deadlock of one node alone is found although it had given its office back without an answer', async () => {
  const real = await openFixtureStore();
  const { store, lost } = losing(real, 'delete');
  const epoch = await startEpoch(real, plan);
  const box = await TestNode.begin(store, epoch, plan, 'box-0');
  const ops = await TestNode.begin(real, epoch, plan, 'ops');
  const reading = box.read('first', 'now');
  await told(real, epoch, 'state');
  await ops.publish('keys', 'key', 'secret');
  await reading;
  await lost;
  await told(real, epoch, 'gone');
  await expect(box.read('first', 'late')).rejects.toMatchObject({ code: 'deadlock' });
});
