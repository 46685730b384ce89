import { storeConformance } from '@heddle/testkit';
import { beforeAll, describe } from 'vitest';
import { inProcess } from './support/backends.ts';
import { ensureBuilt } from './support/processes.ts';
import { runner } from './support/runner.ts';

beforeAll(ensureBuilt, 60_000);

describe('store conformance: embedded, the first connection hosts', () => {
  storeConformance(runner, () => inProcess('first'), { hasChild: true });
});

describe('store conformance: embedded, the second connection hosts', () => {
  storeConformance(runner, () => inProcess('second'), { hasChild: true });
});
