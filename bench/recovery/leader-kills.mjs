import { setTimeout as sleep } from 'node:timers/promises';
import { startZookeeperEnsemble } from '@heddle/testkit';
import { connectPair } from './pair.mjs';

/** Kill the leader of three servers, again and again, by store. Each sample tells the ms from the kill to the next value. */
export const leaderKills = {
  async zk(_scene, settings) {
    const ensemble = await startZookeeperEnsemble({ isCuttable: false });
    const servers = [ensemble.leader, ...ensemble.followers];
    const isLeader = async (server) => (await server.ask('srvr')).includes('Mode: leader');
    return killAgainAndAgain({ scheme: 'zk', servers, isLeader, close: () => ensemble.close() }, settings);
  },
};

async function killAgainAndAgain({ scheme, servers, isLeader, close }, { times }) {
  const samples = [];
  try {
    const url = `${scheme}://${servers.map(({ host, port }) => `${host}:${port}`).join(',')}/recovery`;
    const pair = await connectPair(url, times + 1);
    await pair.deliver(0);
    for (let time = 1; time <= times; time += 1) {
      const leader = await leaderOf(servers, isLeader);
      const killed = leader.kill();
      const startMs = performance.now();
      const others = servers.filter((server) => server !== leader);
      const elected = becomesLeader(others, isLeader).then(() => performance.now() - startMs);
      await pair.deliver(time);
      samples.push({ deliveredMs: performance.now() - startMs, readyMs: await elected });
      await killed;
      await leader.start();
    }
    await pair.close();
  } finally {
    await close();
  }
  return samples;
}

async function becomesLeader(servers, isLeader) {
  for (;;) {
    const answers = await Promise.all(servers.map((server) => isLeader(server).catch(() => false)));
    if (answers.includes(true)) return;
    await sleep(25);
  }
}

async function leaderOf(servers, isLeader) {
  for (const server of servers) if (await isLeader(server)) return server;
  throw new Error('none of the servers leads');
}
