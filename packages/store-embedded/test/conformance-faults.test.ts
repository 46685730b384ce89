import { storeConformance } from '@heddle/testkit';
import { beforeAll, describe, it } from 'vitest';
import { hostProcess, tcpServerProcess } from './support/backends.ts';
import { built } from './support/processes.ts';

beforeAll(built.build, 60_000);

describe('store conformance: embedded, another process hosts and is stopped', () => {
  storeConformance({ describe, it }, hostProcess, { canStop: true, faultsOnly: true });
});

describe('store conformance: heddle://, the server process is killed', () => {
  storeConformance({ describe, it }, tcpServerProcess, { canStop: true, faultsOnly: true });
});
