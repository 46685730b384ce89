import assert from 'node:assert/strict';
import { storeConformance } from '@heddle/testkit';
import { describe, it } from 'vitest';
import { backendOn, useEtcd } from './support/servers.ts';

describe('store conformance: etcd, the server is stopped', () => {
  const server = useEtcd();
  const cases = storeConformance({ describe, it }, () => backendOn(server()), {
    shortSessionMs: 2000,
    patienceMs: 40_000,
    canStop: true,
    faultsOnly: true,
  });
  it('has all its cases', () => assert.equal(cases, 9));
});
