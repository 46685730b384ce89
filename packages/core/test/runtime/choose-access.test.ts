import { openEpoch, startEpoch } from '@heddle/core';
import etcd from '@heddle/store-etcd';
import zookeeper from '@heddle/store-zk';
import { type EtcdServer, startEtcd, startZookeeper, type ZookeeperServer } from '@heddle/testkit';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openFixtureStore, planOf } from './fixture.ts';

const secret = planOf({
  db: { roles: [{ name: 'mysql', outputs: { password: { path: 'password', sensitive: true } } }] },
});
const open = planOf({ db: { roles: [{ name: 'mysql', outputs: { port: 'port' } }] } });

describe('on etcd, a user who may not make users', () => {
  let server: EtcdServer;
  beforeAll(async () => {
    server = await startEtcd({ users: { root: 'pass-of-root', joe: 'pass-of-joe' } });
    await server.control(['role', 'add', 'heddle']);
    await server.control(['role', 'grant-permission', 'heddle', 'readwrite', '--prefix=true', '/']);
    await server.control(['user', 'grant-role', 'joe', 'heddle']);
  });
  afterAll(() => server.close());

  let root = 0;
  async function openAsJoe() {
    root += 1;
    const credentials = { user: 'joe', password: 'pass-of-joe' };
    const store = await etcd.open(`${server.url}/root-${root}`, { credentials });
    onTestFinished(() => store.close());
    return store;
  }

  it('starts no deployment with secrets unless it is said that all nodes share them, and nothing is closed', async () => {
    const store = await openAsJoe();
    await startEpoch(store, open);
    await expect(startEpoch(store, secret, { access: 'best' })).rejects.toMatchObject({
      code: 'capability-missing',
      message:
        'heddle.yaml:1: the output password is sensitive, and every node could read it, because all would share your credentials: this user of the store may not hand out rights',
      next: expect.arrayContaining(['or --access shared: every node connects as you do']),
    });
    expect((await openEpoch(store, 'test')).keys.epoch).toBe('1');
    const said = await startEpoch(store, secret, { access: 'shared' });
    expect(said).toMatchObject({ keys: { epoch: '2' }, credentials: undefined });
  });

  it('starts one without secrets, whose nodes share its credentials', async () => {
    expect((await startEpoch(await openAsJoe(), open, { access: 'best' })).credentials).toBeUndefined();
  });

  it('is refused rights for each node when they are asked for, before anything is closed', async () => {
    const store = await openAsJoe();
    await startEpoch(store, open);
    await expect(startEpoch(store, open, { access: 'node' })).rejects.toMatchObject({ code: 'denied' });
    expect((await openEpoch(store, 'test')).keys.epoch).toBe('1');
  });
});

describe('on ZooKeeper', () => {
  let server: ZookeeperServer;
  beforeAll(async () => {
    server = await startZookeeper();
  });
  afterAll(() => server.close());

  it('every user may give nodes credentials of their own, so secrets are never shared without a word', async () => {
    const store = await zookeeper.open(`${server.url}/own`, { credentials: { user: 'joe', password: 'pass-of-joe' } });
    onTestFinished(() => store.close());
    expect([...((await startEpoch(store, secret, { access: 'best' })).credentials ?? [])]).toHaveLength(1);
  });

  it('nobody without credentials starts a deployment with secrets', async () => {
    const store = await zookeeper.open(`${server.url}/open`);
    onTestFinished(() => store.close());
    for (const access of ['best', 'shared'] as const)
      await expect(startEpoch(store, secret, { access })).rejects.toMatchObject({ code: 'capability-missing' });
  });
});

it('on a store of one machine, secrets need no credentials', async () => {
  expect((await startEpoch(await openFixtureStore(), secret, { access: 'best' })).credentials).toBeUndefined();
});
