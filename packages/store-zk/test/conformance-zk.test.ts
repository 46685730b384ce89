import assert from 'node:assert/strict';
import { startZookeeper, storeConformance, type ZookeeperServer } from '@heddle/testkit';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { built, sharedServer, sharedServerWithUsers } from './support/backends.ts';
import { sharedServerWithGrant } from './support/granted-server.ts';

let server: ZookeeperServer;

beforeAll(async () => {
  built.build();
  server = await startZookeeper();
});

afterAll(() => server?.close());

describe('store conformance: zk', () => {
  const cases = storeConformance({ describe, it }, () => sharedServer(server), { hasChild: true, canCut: true });
  it('has all its cases', () => assert.equal(cases, 63));
});

describe('store conformance: zk with credentials', () => {
  const cases = storeConformance({ describe, it }, () => sharedServerWithUsers(server), {
    hasChild: true,
    canCut: true,
    canDeny: true,
  });
  it('has all its cases', () => assert.equal(cases, 66));
});

describe('store conformance: zk as a node with rights of its own', () => {
  const cases = storeConformance({ describe, it }, () => sharedServerWithGrant(server), { canCut: true });
  it('has all its cases', () => assert.equal(cases, 58));
});
