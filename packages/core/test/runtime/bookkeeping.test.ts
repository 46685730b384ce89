import { type Key, type Store, startEpoch } from '@heddle/core';
import { expect, it } from 'vitest';
import { openFixtureStore, planOf, TestNode } from './fixture.ts';

const plan = planOf({
  db: { roles: [{ name: 'mysql', outputs: { port: 'mysql.port', host: 'mysql.host' } }] },
  web: {
    count: 3,
    roles: [
      {
        name: 'app',
        inputs: {
          'db.port': '${db.port}',
          'db.url': 'http://${db.host}:${db.port}/',
          'db.quick': { $value: '${db.port}', missing: 'fail' },
        },
        outputs: { ip: 'ip' },
      },
    ],
  },
});

/** A store that notes what is written to it: `put waits/web-0/app/1`. */
function counting(store: Store, root: Key): { readonly store: Store; readonly writes: string[] } {
  const writes: string[] = [];
  const name = (key: Key) => key.slice(root.length).join('/');
  return {
    writes,
    store: {
      ...store,
      async put(key, value, options) {
        writes.push(`put ${name(key)}`);
        return store.put(key, value, options);
      },
      async delete(key, options) {
        writes.push(`delete ${name(key)}`);
        return store.delete(key, options);
      },
    },
  };
}

async function scene() {
  const store = await openFixtureStore();
  const epoch = await startEpoch(store, plan);
  const counted = counting(store, epoch.keys.root);
  const db = await TestNode.begin(store, epoch, plan, 'db');
  const web = await TestNode.begin(counted.store, epoch, plan, 'web-0');
  counted.writes.length = 0;
  return { db, web, writes: counted.writes };
}

it('a read that finds its values writes nothing to the store', async () => {
  const { db, web, writes } = await scene();
  await db.publish('mysql', 'port', 3306);
  await db.publish('mysql', 'host', 'db.example');
  expect((await web.read('app', 'db.url')).value).toBe('http://db.example:3306/');
  expect((await web.read('app', 'db.quick')).value).toBe(3306);
  await web.awaiter.close();
  expect(writes).toEqual([]);
});

it('a read that may not wait writes nothing to the store', async () => {
  const { web, writes } = await scene();
  await expect(web.read('app', 'db.quick')).rejects.toMatchObject({ code: 'missing-value' });
  await expect(web.read('app', 'db.port', { wait: false })).rejects.toMatchObject({ code: 'missing-value' });
  await web.awaiter.close();
  expect(writes).toEqual([]);
});

it('a wait whose value comes before it is recorded writes nothing to the store', async () => {
  const { db, web, writes } = await scene();
  const reading = web.read('app', 'db.port');
  await db.publish('mysql', 'port', 3306);
  expect((await reading).value).toBe(3306);
  await web.awaiter.close();
  expect(web.recorded).toEqual([]);
  expect(writes).toEqual([]);
});

it('a wait that is recorded costs two writes, its record and the end of that, for however many values it waits', async () => {
  const { db, web, writes } = await scene();
  const recorded = web.nextRecord();
  const reading = web.read('app', 'db.url');
  await recorded;
  await db.publish('mysql', 'port', 3306);
  await db.publish('mysql', 'host', 'db.example');
  expect((await reading).value).toBe('http://db.example:3306/');
  await web.awaiter.close();
  expect(writes).toEqual(['put waits/web-0/app/1', 'delete waits/web-0/app/1']);
});

it('the next wait of a role uses the number of the one that ended, at the same cost', async () => {
  const { db, web, writes } = await scene();
  for (const [input, output] of [
    ['db.port', 'port'],
    ['db.url', 'host'],
  ] as const) {
    const recorded = web.nextRecord();
    const reading = web.read('app', input);
    await recorded;
    await db.publish('mysql', output, 'x');
    await reading;
    await web.awaiter.close();
  }
  expect(writes).toEqual([
    'put waits/web-0/app/1',
    'delete waits/web-0/app/1',
    'put waits/web-0/app/1',
    'delete waits/web-0/app/1',
  ]);
});
