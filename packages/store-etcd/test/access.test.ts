import assert from 'node:assert/strict';
import { storeConformance } from '@heddle/testkit';
import { describe, it } from 'vitest';
import { backendWithGrants, freshUrl, open, useEtcd } from './support/servers.ts';

const ROOT = { user: 'root', password: 'pass-of-root' };
const AGENT = { user: 'agent', password: 'pass-of-agent' };

describe('store conformance: etcd, rights of nodes', () => {
  const server = useEtcd({ users: { root: ROOT.password, agent: AGENT.password } });
  const cases = storeConformance({ describe, it }, () => backendWithGrants(server(), ROOT), {
    shortSessionMs: 2000,
    patienceMs: 40_000,
    canGrant: true,
    faultsOnly: true,
  });
  it('has all its cases', () => assert.equal(cases, 12));

  it('who is a user and not an administrator may hand out none', async () => {
    const agent = await open(freshUrl(server()), { credentials: AGENT });
    assert.equal(await agent.access?.mayGrant(), false);
  });
});

describe('an etcd without users', () => {
  const server = useEtcd();

  it('gives nobody rights of his own', async () => {
    assert.equal((await open(freshUrl(server()))).access, undefined);
  });
});
