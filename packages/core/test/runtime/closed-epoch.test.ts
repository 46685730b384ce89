import { openEpoch, type Store, type StoreDriver, startEpoch } from '@heddle/core';
import etcd from '@heddle/store-etcd';
import zookeeper from '@heddle/store-zk';
import { startEtcd, startZookeeper, type TestServer } from '@heddle/testkit';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { planOf, TestNode } from './fixture.ts';

const plan = planOf({
  db: { roles: [{ name: 'base', outputs: { port: 'port' } }] },
  web: { roles: [{ name: 'app', inputs: { port: '${db.port}' } }] },
});
const administrator = { user: 'root', password: 'of-the-administrator' };
const closed = { code: 'fenced', message: 'epoch 1 of deployment test is closed: a newer one was started' };
const refused = {
  ...closed,
  next: expect.arrayContaining([expect.stringContaining('new credentials for every node')]),
};

describe.each<[string, StoreDriver, () => Promise<TestServer>]>([
  ['ZooKeeper', zookeeper, () => startZookeeper({})],
  ['etcd', etcd, () => startEtcd({ users: { [administrator.user]: administrator.password } })],
])('on %s, a node with credentials of its own whose epoch was closed', (_name, driver, start) => {
  let server: TestServer;
  let root = 0;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.close());

  /** Two nodes of an epoch that connect as themselves; `close` starts the next one. */
  async function begin() {
    root += 1;
    const url = `${server.url}/root-${root}`;
    const open = async (credentials: typeof administrator | undefined): Promise<Store> => {
      if (credentials === undefined) throw new Error('a node without credentials');
      const store = await driver.open(url, { credentials });
      onTestFinished(() => store.close());
      return store;
    };
    const admin = await open(administrator);
    const { credentials } = await startEpoch(admin, plan, { access: 'node' });
    const node = async (name: string) => {
      const store = await open(credentials?.get(name));
      return TestNode.begin(store, await openEpoch(store, 'test', '1'), plan, name);
    };
    return { db: await node('db'), web: await node('web'), close: () => startEpoch(admin, plan, { access: 'node' }) };
  }

  it('is told so by its writes, although it is denied everything', async () => {
    const { db, close } = await begin();
    await db.publish('base', 'port', 1);
    await close();
    await expect(db.publish('base', 'port', 2)).rejects.toMatchObject(closed);
    const { keys } = db.session.epoch;
    await expect(db.session.remove(keys.wait('db', 'base', 1))).rejects.toMatchObject(closed);
  });

  it('is told so by its reads', async () => {
    const { web, close } = await begin();
    await close();
    await expect(web.read('app', 'port')).rejects.toMatchObject(refused);
  });

  it('is denied what it may not do, while its epoch is open', async () => {
    const { web } = await begin();
    const { keys } = web.session.epoch;
    await expect(web.session.write(keys.value('db', 'port'), {})).rejects.toMatchObject({ code: 'denied' });
  });
});
