import {
  closeEpoch,
  type Epoch,
  encodeRecord,
  fetchCredentials,
  type Json,
  type Plan,
  type Store,
  type StoreCredentials,
  startEpoch,
} from '@heddle/core';
import etcd from '@heddle/store-etcd';
import zookeeper from '@heddle/store-zk';
import { startEtcd, startZookeeper, type TestServer } from '@heddle/testkit';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { compiled, nodes } from '../plan/deployment.ts';

const administrator = { user: 'root', password: 'of-the-administrator' };

const membersOf = (count: number): Plan =>
  compiled(
    nodes(
      `web: { count: ${count}, roles: [{ name: app, command: x, inputs: { all: "\${web[*].ip}" }, outputs: { ip: ip, own: own } }] }`,
      'db: { roles: [{ name: mysql, command: x, outputs: { port: port } }] }',
    ),
  );

describe.each([
  ['ZooKeeper', zookeeper, () => startZookeeper({})],
  ['etcd', etcd, () => startEtcd({ users: { [administrator.user]: administrator.password } })],
])('on %s, machines that join a group', (_name, driver, startServer) => {
  let server: TestServer;
  let root = 0;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.close());

  async function open(credentials: StoreCredentials): Promise<Store> {
    const store = await driver.open(`${server.url}/root-${root}`, { credentials });
    onTestFinished(() => store.close());
    return store;
  }

  async function start(count = 2) {
    root += 1;
    const store = await open(administrator);
    const plan = membersOf(count);
    const epoch = await startEpoch(store, plan, { access: 'node', groupsJoin: true });
    return { store, plan, epoch, joining: epoch.joining.get('web') as StoreCredentials };
  }

  /** What the store holds where the credentials of a member were. */
  async function kept({ keys }: Epoch, { group, node }: { group: string; node: string }): Promise<string> {
    const store = await open(administrator);
    return Buffer.from((await store.get(keys.credentialsFor(group, node)))?.value ?? []).toString();
  }

  it('have one text of credentials, which is as long for two members as for a hundred', async () => {
    const lengthOf = async (count: number) => JSON.stringify((await start(count)).joining).length;
    const [two, hundred] = [await lengthOf(2), await lengthOf(100)];
    // The number of the root stands in names.
    expect(Math.abs(hundred - two)).toBeLessThan(100);
    expect(hundred).toBeLessThan(2000);
  });

  it('fetch the credentials of one node, once, and then are that node to the store', async () => {
    const { epoch, joining } = await start();
    const joiner = await open(joining);
    const member = { group: 'web', node: 'web-1' };
    const fetched = await fetchCredentials(joiner, epoch, { ...member, mark: 'own' });
    if (fetched === undefined) throw new Error('nothing was fetched');
    expect(fetched.credentials).toEqual(epoch.credentials?.get('web-1'));
    await fetched.take();
    await fetched.take();
    expect(await kept(epoch, member)).not.toContain(fetched.credentials.password);
    expect(await fetchCredentials(joiner, epoch, { ...member, mark: 'own' })).toBeUndefined();
    await expect(fetchCredentials(joiner, epoch, { ...member, mark: 'other' })).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.stringContaining('a machine has fetched the credentials of web-1 in epoch 1 of deployment shop'),
      next: expect.arrayContaining([expect.stringContaining('heddle seed')]),
    });
    await fetchCredentials(joiner, epoch, { group: 'web', node: 'web-0', mark: 'other' });
    const node = await open(fetched.credentials);
    const put = (name: string) =>
      node.put(epoch.keys.value(name, 'own'), encodeRecord({ value: 1 }), { expect: { absent: true } });
    expect(await put('web-1')).toMatchObject({ ok: true });
    await expect(put('web-0')).rejects.toMatchObject({ code: 'denied' });
  });

  it('are told when two of them have fetched the same: the second cannot take out what the first has', async () => {
    const { epoch, joining } = await start();
    const fetchAs = async (mark: string) =>
      fetchCredentials(await open(joining), epoch, { group: 'web', node: 'web-1', mark });
    const [first, second] = [await fetchAs('first'), await fetchAs('second')];
    await first?.take();
    await expect(second?.take()).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.stringContaining('a machine has fetched the credentials of web-1 in epoch 1 of deployment shop'),
    });
  });

  it('may see no value before, and a node may see no credentials that are kept', async () => {
    const { epoch, store, joining } = await start();
    await store.put(epoch.keys.value('web-0', 'own'), encodeRecord({ value: 1 }), { expect: { absent: true } });
    const joiner = await open(joining);
    await expect(joiner.get(epoch.keys.value('web-0', 'own'))).rejects.toMatchObject({ code: 'denied' });
    const other = await open(epoch.credentials?.get('db') as StoreCredentials);
    const member = { group: 'web', node: 'web-0', mark: 'own' };
    await expect(fetchCredentials(other, epoch, member)).rejects.toMatchObject({ code: 'denied' });
  });

  it('find nothing any more when the epoch is closed', async () => {
    const { epoch, store } = await start();
    const count = async () => (await store.list(epoch.keys.credentials())).length;
    expect(await count()).toBe(2);
    await closeEpoch(store, epoch.deployment, epoch.keys.epoch);
    expect(await count()).toBe(0);
  });

  it('take nothing out when the epoch is closed meanwhile', async () => {
    const { epoch, store } = await start();
    // Who has rights that are not taken back.
    const fetched = await fetchCredentials(store, epoch, { group: 'web', node: 'web-1', mark: 'own' });
    await closeEpoch(store, epoch.deployment, epoch.keys.epoch);
    await expect(fetched?.take()).rejects.toMatchObject({ code: 'fenced' });
    expect(await store.list(epoch.keys.credentials())).toEqual([]);
  });

  it('are none where nobody asks for them', async () => {
    root += 1;
    const store = await open(administrator);
    const epoch = await startEpoch(store, membersOf(2), { access: 'node' });
    expect([...epoch.joining]).toEqual([]);
    expect([...(epoch.credentials ?? new Map<string, Json>()).keys()]).toEqual(['web-0', 'web-1', 'db']);
    expect(await store.list(epoch.keys.credentials())).toEqual([]);
  });
});
