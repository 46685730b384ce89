import { setTimeout as sleep } from 'node:timers/promises';
import driver from '@heddle/store-zk';
import { pickOne, startZookeeperEnsemble } from '@heddle/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRig, type Rig, rigServerOf } from './faults.ts';
import { factor, runUnderFaults } from './run.ts';

async function zookeeperRig(): Promise<Rig> {
  const ensemble = await startZookeeperEnsemble();
  const servers = [ensemble.leader, ...ensemble.followers];
  const rig = await createRig({
    driver,
    urlOf: (port) => `zk://127.0.0.1:${port}/linearizability`,
    clientsPerServer: 2,
    sessionTimeoutMs: 1000,
    servers: servers.map(rigServerOf),
    more: [
      {
        name: 'a member hears nothing of the others, and answers',
        async happen(random) {
          ensemble.cutOff(pickOne(servers, random));
          await sleep(500 + 1500 * random());
          ensemble.heal();
        },
      },
    ],
    end: () => ensemble.close(),
  });
  onTestFinished(() => rig.dispose());
  return rig;
}

describe('an ensemble of three ZooKeepers under faults', () => {
  it(
    'is linearizable',
    async () => {
      const operations = 10_000 * factor;
      const faults = factor === 1 ? 10 : 100;
      expect(await runUnderFaults({ rig: await zookeeperRig(), operations, faults })).toBeUndefined();
    },
    300_000 * factor,
  );
});
