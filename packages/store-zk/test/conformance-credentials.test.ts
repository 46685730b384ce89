import { startZookeeper, storeConformance, type ZookeeperServer } from '@heddle/testkit';
import { afterAll, beforeAll, describe } from 'vitest';
import { sharedServer } from './support/backends.ts';
import { ensureBuilt } from './support/built.ts';
import { runner } from './support/runner.ts';

let server: ZookeeperServer;

beforeAll(async () => {
  ensureBuilt();
  server = await startZookeeper();
}, 120_000);

afterAll(() => server?.close());

describe('store conformance: zk with credentials', () => {
  storeConformance(runner, () => sharedServer(server, 'joe:secret@'), { hasChild: true, canCut: true });
});
