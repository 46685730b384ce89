import assert from 'node:assert/strict';
import { storeConformance } from '@heddle/testkit';
import { beforeAll, describe, it } from 'vitest';
import { hostProcess, tcpServerProcess } from './support/backends.ts';
import { built } from './support/processes.ts';

beforeAll(built.build);

describe('store conformance: embedded, another process hosts and is stopped', () => {
  const cases = storeConformance({ describe, it }, hostProcess, {
    canStop: true,
    canKill: true,
    faultsOnly: true,
  });
  it('has all its cases', () => assert.equal(cases, 11));
});

describe('store conformance: heddle://, the server process is killed', () => {
  const cases = storeConformance({ describe, it }, tcpServerProcess, { canStop: true, faultsOnly: true });
  it('has all its cases', () => assert.equal(cases, 10));
});
