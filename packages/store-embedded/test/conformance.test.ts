import { storeConformance } from '@heddle/testkit';
import { beforeAll, describe, it } from 'vitest';
import { hostProcess, inProcess, tcpServer } from './support/backends.ts';
import { ensureBuilt } from './support/processes.ts';

beforeAll(ensureBuilt);

const runner = { describe, it: (title: string, body: () => Promise<void>) => it(title, body, 60_000) };

describe('store conformance: embedded, the first connection hosts', () => {
  storeConformance(runner, () => inProcess('first'), { hasChild: true });
});

describe('store conformance: embedded, the second connection hosts', () => {
  storeConformance(runner, () => inProcess('second'), { hasChild: true });
});

describe('store conformance: embedded, another process hosts', () => {
  storeConformance(runner, hostProcess, { hasChild: true, canStop: true });
});

describe('store conformance: heddle://', () => {
  storeConformance(runner, tcpServer, { hasChild: true, canStop: true, canCut: true });
});
