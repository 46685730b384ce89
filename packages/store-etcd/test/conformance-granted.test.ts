import assert from 'node:assert/strict';
import { type StoreBackend, storeConformance } from '@heddle/testkit';
import { describe, it } from 'vitest';
import driver from '../src/index.ts';
import { backendOn, freshUrl, useEtcd } from './support/servers.ts';

const ROOT = { user: 'root', password: 'pass-of-root' };

describe('store conformance: etcd, nodes with rights of their own', () => {
  const server = useEtcd({ users: { root: ROOT.password } });

  /** A root on which one set of nodes may do everything, and connections that are nodes of it. */
  const backend = async (): Promise<StoreBackend> => {
    const url = freshUrl(server());
    const admin = await driver.open(url, { credentials: ROOT });
    try {
      const members = new Map([['node', ['all']]]);
      const rules = [{ prefix: [], readers: [], writers: ['all'] }];
      const credentials = (await admin.access?.grant({ scope: [], members, rules }))?.get('node');
      assert.ok(credentials);
      return await backendOn(server(), { credentials }, url);
    } finally {
      await admin.close();
    }
  };
  const cases = storeConformance({ describe, it }, backend, {
    shortSessionMs: 2000,
    patienceMs: 40_000,
    canCut: true,
  });
  it('has all its cases', () => assert.equal(cases, 58));
});
