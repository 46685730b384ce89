import assert from 'node:assert/strict';
import { storeConformance } from '@heddle/testkit';
import { beforeAll, describe, it } from 'vitest';
import { inProcess } from './support/backends.ts';
import { built } from './support/processes.ts';

beforeAll(built.build);

describe('store conformance: embedded, the first connection hosts', () => {
  const cases = storeConformance({ describe, it }, () => inProcess('first'), { hasChild: true });
  it('has all its cases', () => assert.equal(cases, 54));
});

describe('store conformance: embedded, the second connection hosts', () => {
  const cases = storeConformance({ describe, it }, () => inProcess('second'), { hasChild: true });
  it('has all its cases', () => assert.equal(cases, 54));
});
