import { storeConformance } from '@heddle/testkit';
import { beforeAll, describe, it } from 'vitest';
import { hostProcess, inProcess, tcpServer, tcpServerProcess } from './support/backends.ts';
import { ensureBuilt } from './support/processes.ts';

beforeAll(ensureBuilt);

const runner = { describe, it: (title: string, body: () => Promise<void>) => it(title, body, 60_000) };

describe('store conformance: embedded, the first connection hosts', () => {
  storeConformance(runner, () => inProcess('first'), { hasChild: true });
});

describe('store conformance: embedded, the second connection hosts', () => {
  storeConformance(runner, () => inProcess('second'), { hasChild: true });
});

describe('store conformance: heddle://', () => {
  storeConformance(runner, tcpServer, { hasChild: true, canCut: true });
});

const themes = ['absence', 'watch', 'sessions', 'close'] as const;

describe('store conformance: embedded, another process hosts and is stopped', () => {
  storeConformance(runner, hostProcess, { themes, canStop: true });
});

describe('store conformance: heddle://, the server process is killed', () => {
  storeConformance(runner, tcpServerProcess, { themes, canStop: true });
});
