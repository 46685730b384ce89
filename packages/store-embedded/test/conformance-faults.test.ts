import { storeConformance } from '@heddle/testkit';
import { beforeAll, describe } from 'vitest';
import { hostProcess, tcpServerProcess } from './support/backends.ts';
import { ensureBuilt } from './support/processes.ts';
import { runner } from './support/runner.ts';

beforeAll(ensureBuilt, 60_000);

const themes = ['absence', 'watch', 'sessions', 'close'] as const;

describe('store conformance: embedded, another process hosts and is stopped', () => {
  storeConformance(runner, hostProcess, { themes, canStop: true });
});

describe('store conformance: heddle://, the server process is killed', () => {
  storeConformance(runner, tcpServerProcess, { themes, canStop: true });
});
