import assert from 'node:assert/strict';
import { collectBackendParts, startZookeeperEnsemble, storeConformance, type ZookeeperEnsemble } from '@heddle/testkit';
import { afterAll, beforeAll, describe, it } from 'vitest';
import driver from '../src/index.ts';
import { newRoot } from './support/backends.ts';

let ensemble: ZookeeperEnsemble;
beforeAll(async () => {
  ensemble = await startZookeeperEnsemble({ isCuttable: false });
}, 120_000);
afterAll(() => ensemble?.close());

describe('store conformance: zk, three servers', () => {
  const backend = async () => {
    const root = newRoot();
    const { open, openThroughProxy, dispose } = collectBackendParts(driver);
    const [follower] = ensemble.followers;
    assert.ok(follower);
    const hosts = [ensemble.leader, ...ensemble.followers].map(({ host, port }) => `${host}:${port}`).join(',');
    return {
      open: (options: Parameters<typeof open>[1]) => open(`zk://${hosts}${root}`, options),
      openCuttable: (options: Parameters<typeof open>[1]) =>
        openThroughProxy(
          () => follower,
          (port) => `zk://127.0.0.1:${port}${root}`,
          options,
        ),
      dispose,
    };
  };
  const cases = storeConformance({ describe, it }, backend, { canCut: true });
  it('has all its cases', () => assert.equal(cases, 56));
});
