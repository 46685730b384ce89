import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { OpenStoreOptions } from '@heddle/core';
import {
  clusterFaults,
  collectBackendParts,
  type EtcdCluster,
  type StoreBackend,
  startEtcdCluster,
  storeConformance,
} from '@heddle/testkit';
import { afterAll, beforeAll, describe, it } from 'vitest';
import driver from '../src/index.ts';

let etcds: EtcdCluster;
beforeAll(async () => {
  etcds = await startEtcdCluster();
});
afterAll(() => etcds?.close());

/** A root on all members, one of which is reached alone, and through a proxy. */
async function backend(): Promise<StoreBackend> {
  const { servers } = etcds;
  const { open, openThroughProxy, before, dispose } = collectBackendParts(driver);
  const leader = await etcds.leader();
  const member = servers.find((server) => server !== leader);
  assert.ok(member);
  const { killLeader, isolate, restore } = clusterFaults(servers, () => etcds.leader());
  before(restore);
  const root = randomUUID();
  const hosts = servers.map(({ host, port }) => `${host}:${port}`).join(',');
  const urlTo = (port: number): string => `etcd://127.0.0.1:${port}/${root}`;
  return {
    open: (options?: OpenStoreOptions) => open(`etcd://${hosts}/${root}`, options),
    openCuttable: (options) => openThroughProxy(() => member, urlTo, options),
    cluster: {
      killLeader,
      openAtMember: (options) => open(urlTo(member.port), options),
      isolateMember: () => isolate(member),
      restore,
    },
    dispose,
  };
}

describe('store conformance: etcd, three members', () => {
  const cases = storeConformance({ describe, it }, backend, {
    shortSessionMs: 2000,
    patienceMs: 40_000,
    canCut: true,
    isClustered: true,
  });
  it('has all its cases', () => assert.equal(cases, 62));
});
