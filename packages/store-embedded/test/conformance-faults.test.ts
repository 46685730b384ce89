import { storeConformance } from '@heddle/testkit';
import { beforeAll, describe } from 'vitest';
import { hostProcess, tcpServerProcess } from './support/backends.ts';
import { ensureBuilt } from './support/processes.ts';
import { runner } from './support/runner.ts';

beforeAll(ensureBuilt, 60_000);

describe('store conformance: embedded, another process hosts and is stopped', () => {
  storeConformance(runner, hostProcess, { canStop: true, faultsOnly: true });
});

describe('store conformance: heddle://, the server process is killed', () => {
  storeConformance(runner, tcpServerProcess, { canStop: true, faultsOnly: true });
});
