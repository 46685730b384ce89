import { type Store, type StoreDriver, startEpoch } from '@heddle/core';
import etcd from '@heddle/store-etcd';
import zookeeper from '@heddle/store-zk';
import { startEtcdCluster, startZookeeperEnsemble } from '@heddle/testkit';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { planOf, TestNode } from '../fixture.ts';

interface Cluster {
  /** Of all members. */
  readonly url: string;
  killLeader(): Promise<void>;
  close(): Promise<void>;
}

interface ClusterKind {
  readonly name: string;
  readonly driver: StoreDriver;
  start(): Promise<Cluster>;
}

const threeZookeepers: ClusterKind = {
  name: 'ZooKeeper',
  driver: zookeeper,
  async start() {
    const ensemble = await startZookeeperEnsemble({ isCuttable: false });
    const servers = [ensemble.leader, ...ensemble.followers].map(({ host, port }) => `${host}:${port}`);
    return {
      url: `zk://${servers.join(',')}/exchange`,
      killLeader: () => ensemble.leader.kill(),
      close: () => ensemble.close(),
    };
  },
};

const threeEtcds: ClusterKind = {
  name: 'etcd',
  driver: etcd,
  async start() {
    const cluster = await startEtcdCluster();
    return {
      url: `etcd://${cluster.servers.map(({ host, port }) => `${host}:${port}`).join(',')}/exchange`,
      // On a busy machine the three may be electing one.
      killLeader: async () => (await vi.waitFor(() => cluster.leader(), { timeout: 60_000 })).kill(),
      close: () => cluster.close(),
    };
  },
};

const count = 20;
const members = Array.from({ length: count }, (_, index) => `web-${index}`);
const expected = members.map((member) => `ip of ${member}`);
const plan = planOf(
  { web: { count, roles: [{ name: 'app', inputs: { peers: '${web[*].ip}' }, outputs: { ip: 'ip' } }] } },
  '5m',
);

describe.each([threeZookeepers, threeEtcds])('three members of $name', ({ driver, start }) => {
  it('lose their leader in the middle of an exchange of all values, and every node ends with all of them', async () => {
    const cluster = await start();
    onTestFinished(() => cluster.close());
    const stores: Store[] = [];
    onTestFinished(async () => void (await Promise.all(stores.map((store) => store.close()))));
    const open = async () => {
      const store = await driver.open(cluster.url, { sessionTimeoutMs: 60_000, connectTimeoutMs: 60_000 });
      stores.push(store);
      return store;
    };
    const epoch = await startEpoch(await open(), plan);
    const nodes = await Promise.all(members.map(async (member) => TestNode.begin(await open(), epoch, plan, member)));
    const exchange = async (node: TestNode) => {
      const role = await node.run('app');
      await node.publish('app', 'ip', `ip of ${node.session.node}`);
      const { value } = await node.read('app', 'peers');
      await role.end({ state: 'done', exitCode: 0 });
      return value;
    };
    const early = nodes.slice(0, count / 2).map(exchange);
    const recorded = Promise.all(nodes.slice(0, count / 2).map((node) => node.nextRecord()));
    // They wait for the others: the exchange has begun and is not over.
    await recorded;
    const late = nodes.slice(count / 2).map(exchange);
    await cluster.killLeader();
    for (const value of await Promise.all([...early, ...late])) expect(value).toEqual(expected);
  });
});
