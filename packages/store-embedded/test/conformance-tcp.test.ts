import assert from 'node:assert/strict';
import { storeConformance } from '@heddle/testkit';
import { beforeAll, describe, it } from 'vitest';
import { tcpServer } from './support/backends.ts';
import { built } from './support/processes.ts';

beforeAll(built.build);

describe('store conformance: heddle://', () => {
  const cases = storeConformance({ describe, it }, tcpServer, { hasChild: true, canCut: true });
  it('has all its cases', () => assert.equal(cases, 63));
});
