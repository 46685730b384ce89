import { storeConformance } from '@heddle/testkit';
import { beforeAll, describe } from 'vitest';
import { tcpServer } from './support/backends.ts';
import { ensureBuilt } from './support/processes.ts';
import { runner } from './support/runner.ts';

beforeAll(ensureBuilt, 60_000);

describe('store conformance: heddle://', () => {
  storeConformance(runner, tcpServer, { hasChild: true, canCut: true });
});
