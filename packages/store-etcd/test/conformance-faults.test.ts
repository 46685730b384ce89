import assert from 'node:assert/strict';
import { type StoreBackend, storeConformance } from '@heddle/testkit';
import { describe, it } from 'vitest';
import { backendOn, useEtcd } from './support/servers.ts';

const knobs = { shortSessionMs: 2000, patienceMs: 40_000, canStop: true, faultsOnly: true };

describe('store conformance: etcd, the server is frozen', () => {
  const server = useEtcd();
  const cases = storeConformance({ describe, it }, () => backendOn(server()), { ...knobs, canKill: true });
  it('has all its cases', () => assert.equal(cases, 11));
});

describe('store conformance: etcd, the server is killed', () => {
  const server = useEtcd();
  const backend = async (): Promise<StoreBackend> => {
    const faults = { stop: () => server().kill(), start: () => server().start() };
    return { ...(await backendOn(server())), faults };
  };
  const cases = storeConformance({ describe, it }, backend, knobs);
  it('has all its cases', () => assert.equal(cases, 10));
});
