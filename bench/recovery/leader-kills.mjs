import { setTimeout as sleep } from 'node:timers/promises';
import { startEtcdCluster, startZookeeperEnsemble } from '@heddle/testkit';
import { connectPair } from './pair.mjs';

/** Kill the leader of three servers, again and again, by store. Each sample tells the ms from the kill to the next value. */
export const leaderKills = {
  async zk(_scene, settings) {
    const ensemble = await startZookeeperEnsemble({ isCuttable: false });
    const servers = [ensemble.leader, ...ensemble.followers];
    const leader = async () => {
      for (const server of servers)
        if ((await server.ask('srvr').catch(() => '')).includes('Mode: leader')) return server;
      return undefined;
    };
    return killAgainAndAgain({ scheme: 'zk', servers, leader, close: () => ensemble.close() }, settings);
  },
  async etcd(_scene, settings) {
    const cluster = await startEtcdCluster();
    const leader = () => cluster.leader().catch(() => undefined);
    return killAgainAndAgain(
      { scheme: 'etcd', servers: cluster.servers, leader, close: () => cluster.close() },
      settings,
    );
  },
};

async function killAgainAndAgain({ scheme, servers, leader, close }, { times }) {
  const samples = [];
  try {
    const url = `${scheme}://${servers.map(({ host, port }) => `${host}:${port}`).join(',')}/recovery`;
    const pair = await connectPair(url, times + 1);
    await pair.deliver(0);
    for (let time = 1; time <= times; time += 1) {
      const victim = await someLeader(leader);
      const killed = victim.kill();
      const startMs = performance.now();
      const elected = killed.then(() => someLeader(leader)).then(() => performance.now() - startMs);
      await pair.deliver(time);
      samples.push({ deliveredMs: performance.now() - startMs, readyMs: await elected });
      await victim.start();
    }
    await pair.close();
  } finally {
    await close();
  }
  return samples;
}

async function someLeader(leader) {
  for (;;) {
    const found = await leader();
    if (found !== undefined) return found;
    await sleep(25);
  }
}
