import { storeConformance } from '@heddle/testkit';
import { describe } from 'vitest';
import { runner } from './support/runner.ts';
import { backendOn, useEtcd } from './support/servers.ts';

describe('store conformance: etcd, the server is stopped', () => {
  const server = useEtcd();
  storeConformance(runner, () => backendOn(server()), {
    shortSessionMs: 2000,
    patienceMs: 40_000,
    canStop: true,
    faultsOnly: true,
  });
});
