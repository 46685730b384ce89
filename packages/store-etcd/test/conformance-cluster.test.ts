import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { OpenStoreOptions } from '@heddle/core';
import { collectBackendParts, type EtcdCluster, startEtcdCluster, storeConformance } from '@heddle/testkit';
import { afterAll, beforeAll, describe, it } from 'vitest';
import driver from '../src/index.ts';

let cluster: EtcdCluster;
beforeAll(async () => {
  cluster = await startEtcdCluster();
}, 120_000);
afterAll(() => cluster?.close());

describe('store conformance: etcd, three members', () => {
  const backend = async () => {
    const root = randomUUID();
    const { open, openThroughProxy, dispose } = collectBackendParts(driver);
    const [member] = cluster.servers;
    assert.ok(member);
    const hosts = cluster.servers.map(({ host, port }) => `${host}:${port}`).join(',');
    return {
      open: (options?: OpenStoreOptions) => open(`etcd://${hosts}/${root}`, options),
      openCuttable: (options?: OpenStoreOptions) =>
        openThroughProxy(
          () => member,
          (port) => `etcd://127.0.0.1:${port}/${root}`,
          options,
        ),
      dispose,
    };
  };
  const cases = storeConformance({ describe, it }, backend, {
    shortSessionMs: 2000,
    patienceMs: 40_000,
    canCut: true,
  });
  it('has all its cases', () => assert.equal(cases, 56));
});
