import { startZookeeper, storeConformance, type ZookeeperServer } from '@heddle/testkit';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { built, sharedServer, sharedServerWithUsers } from './support/backends.ts';

let server: ZookeeperServer;

beforeAll(async () => {
  built.build();
  server = await startZookeeper();
}, 120_000);

afterAll(() => server?.close());

describe('store conformance: zk', () => {
  storeConformance({ describe, it }, () => sharedServer(server), { hasChild: true, canCut: true });
});

describe('store conformance: zk with credentials', () => {
  storeConformance({ describe, it }, () => sharedServerWithUsers(server), {
    hasChild: true,
    canCut: true,
    canDeny: true,
  });
});
