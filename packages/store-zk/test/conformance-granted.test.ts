import assert from 'node:assert/strict';
import { type StoreBackend, startZookeeper, storeConformance, type ZookeeperServer } from '@heddle/testkit';
import { afterAll, beforeAll, describe, it } from 'vitest';
import driver from '../src/index.ts';
import { newRoot, securedServer } from './support/backends.ts';

let server: ZookeeperServer;
beforeAll(async () => {
  server = await startZookeeper();
}, 120_000);
afterAll(() => server?.close());

/** A root on which one set of nodes may do everything, and connections that are nodes of it. */
async function grantedBackend(): Promise<StoreBackend> {
  const root = newRoot();
  const admin = await driver.open(`${server.url}${root}`, { credentials: { user: 'joe', password: 'secret' } });
  try {
    const members = new Map([['node', ['all']]]);
    const rules = [{ prefix: [], readers: [], writers: ['all'] }];
    const credentials = (await admin.access?.grant({ scope: [], members, rules }))?.get('node');
    assert.ok(credentials);
    return await securedServer(server, { credentials }, root);
  } finally {
    await admin.close();
  }
}

describe('store conformance: zk, nodes with rights of their own', () => {
  const cases = storeConformance({ describe, it }, grantedBackend, { canCut: true });
  it('has all its cases', () => assert.equal(cases, 55));
});
