import { storeConformance } from '@heddle/testkit';
import { describe } from 'vitest';
import { ownServer } from './support/backends.ts';
import { runner } from './support/runner.ts';

describe('store conformance: zk, the server is frozen', () => {
  storeConformance(runner, () => ownServer('frozen'), { canStop: true, faultsOnly: true });
});

describe('store conformance: zk, the server is killed', () => {
  storeConformance(runner, () => ownServer('killed'), { canStop: true, faultsOnly: true });
});
