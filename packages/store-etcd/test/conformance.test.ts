import { storeConformance } from '@heddle/testkit';
import { beforeAll, describe } from 'vitest';
import { runner } from './support/runner.ts';
import { backendOn, ensureBuilt, useEtcd } from './support/servers.ts';

beforeAll(ensureBuilt, 120_000);

// etcd grants no lease below 2 s with its usual settings.
const knobs = { shortSessionMs: 2000, patienceMs: 40_000 };

describe('store conformance: etcd', () => {
  const server = useEtcd();
  storeConformance(runner, () => backendOn(server()), { ...knobs, hasChild: true, canCut: true });
});
