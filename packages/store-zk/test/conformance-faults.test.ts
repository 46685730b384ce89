import { storeConformance } from '@heddle/testkit';
import { describe, it } from 'vitest';
import { ownServer } from './support/backends.ts';

describe('store conformance: zk, the server is frozen', () => {
  storeConformance({ describe, it }, () => ownServer('frozen'), { canStop: true, faultsOnly: true });
});

describe('store conformance: zk, the server is killed', () => {
  storeConformance({ describe, it }, () => ownServer('killed'), { canStop: true, faultsOnly: true });
});
