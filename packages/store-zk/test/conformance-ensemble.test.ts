import assert from 'node:assert/strict';
import {
  clusterFaults,
  collectBackendParts,
  type StoreBackend,
  startZookeeperEnsemble,
  storeConformance,
  type ZookeeperEnsemble,
} from '@heddle/testkit';
import { afterAll, beforeAll, describe, it } from 'vitest';
import driver from '../src/index.ts';
import { newRoot } from './support/backends.ts';

let ensemble: ZookeeperEnsemble;
beforeAll(async () => {
  ensemble = await startZookeeperEnsemble({ isCuttable: false });
});
afterAll(() => ensemble?.close());

/** A root on all servers, one of which is reached alone, and through a proxy. */
async function backend(): Promise<StoreBackend> {
  const servers = [ensemble.leader, ...ensemble.followers];
  const { open, openThroughProxy, before, dispose } = collectBackendParts(driver);
  const leader = await ensemble.currentLeader();
  const follower = servers.find((server) => server !== leader);
  assert.ok(follower);
  const { killLeader, isolate, restore } = clusterFaults(servers, () => ensemble.currentLeader());
  before(restore);
  const root = newRoot();
  const hosts = servers.map(({ host, port }) => `${host}:${port}`).join(',');
  const urlTo = (port: number): string => `zk://127.0.0.1:${port}${root}`;
  return {
    open: (options) => open(`zk://${hosts}${root}`, options),
    openCuttable: (options) => openThroughProxy(() => follower, urlTo, options),
    cluster: {
      killLeader,
      openAtMember: (options) => open(urlTo(follower.port), options),
      isolateMember: () => isolate(follower),
      restore,
    },
    dispose,
  };
}

describe('store conformance: zk, three servers', () => {
  const cases = storeConformance({ describe, it }, backend, { canCut: true, isClustered: true });
  it('has all its cases', () => assert.equal(cases, 62));
});
