import driver from '@heddle/store-etcd';
import { startEtcdCluster } from '@heddle/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRig, type Rig, rigServerOf } from './faults.ts';
import { staleReads } from './planted.ts';
import { factor, runUnderFaults } from './run.ts';

async function etcdRig(): Promise<Rig> {
  const cluster = await startEtcdCluster();
  const rig = await createRig({
    driver,
    urlOf: (port) => `etcd://127.0.0.1:${port}/linearizability`,
    clientsPerServer: 2,
    sessionTimeoutMs: 2000,
    servers: cluster.servers.map(rigServerOf),
    end: () => cluster.close(),
  });
  onTestFinished(() => rig.dispose());
  return rig;
}

describe('a cluster of three etcds under faults', () => {
  it(
    'is linearizable',
    async () => {
      const operations = 10_000 * factor;
      const faults = factor === 1 ? 14 : 100;
      // See "ambiguous" in docs/reference/store-etcd.md: an entry that another client removes before its maker has an answer may be made again.
      const removesAfterAnswers = true;
      expect(await runUnderFaults({ rig: await etcdRig(), operations, faults, removesAfterAnswers })).toBeUndefined();
    },
    300_000 * factor,
  );

  it('the same run finds a stale read when one is planted', async () => {
    const found = await runUnderFaults({ rig: await etcdRig(), operations: 2000, faults: 6, between: staleReads });
    expect(found).toMatch(/not linearizable/);
  });
});
