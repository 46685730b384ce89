import assert from 'node:assert/strict';
import { storeConformance } from '@heddle/testkit';
import { describe, it } from 'vitest';
import { ownServer } from './support/backends.ts';

describe('store conformance: zk, the server is frozen', () => {
  const cases = storeConformance({ describe, it }, () => ownServer('frozen'), {
    canStop: true,
    canKill: true,
    faultsOnly: true,
  });
  it('has all its cases', () => assert.equal(cases, 11));
});

describe('store conformance: zk, the server is killed', () => {
  const cases = storeConformance({ describe, it }, () => ownServer('killed'), { canStop: true, faultsOnly: true });
  it('has all its cases', () => assert.equal(cases, 10));
});
