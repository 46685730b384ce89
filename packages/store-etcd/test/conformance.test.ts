import assert from 'node:assert/strict';
import { storeConformance } from '@heddle/testkit';
import { beforeAll, describe, it } from 'vitest';
import { backendOn, backendWithUsers, built, useEtcd } from './support/servers.ts';

beforeAll(built.build);

// etcd grants no lease below 2 s with its usual settings.
const knobs = { shortSessionMs: 2000, patienceMs: 40_000, hasChild: true, canCut: true };

describe('store conformance: etcd', () => {
  const server = useEtcd();
  const cases = storeConformance({ describe, it }, () => backendOn(server()), knobs);
  it('has all its cases', () => assert.equal(cases, 63));
});

describe('store conformance: etcd with users', () => {
  const root = { user: 'root', password: 'pass-of+root' };
  const agent = { user: 'agent', password: 'pass-of-agent' };
  const server = useEtcd({ users: { root: root.password, agent: agent.password } });
  const cases = storeConformance({ describe, it }, () => backendWithUsers(server(), root, agent), {
    ...knobs,
    canDeny: true,
  });
  it('has all its cases', () => assert.equal(cases, 66));
});
