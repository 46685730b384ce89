import { setTimeout as sleep } from 'node:timers/promises';
import { HeddleError, isHeddleError } from '@heddle/core';
import type { TestServer } from './test-server.ts';

const PAUSE_MS = 25;
const RESTORE_TIMEOUT_MS = 60_000;

/** What goes wrong with servers that are one store. */
export interface ClusterFaults {
  /** End the one that leads, as a crash would. Throws unavailable when none leads. */
  killLeader(): Promise<void>;
  /** Freeze all but this one. */
  isolate(server: TestServer): Promise<void>;
  /** Let every server run, and wait until one leads; within 60 s, or it throws unavailable. */
  restore(): Promise<void>;
}

/**
 * Make the faults of a cluster.
 *
 * @param leader  Says who leads now; rejects with unavailable while nobody does.
 */
export function clusterFaults(servers: readonly TestServer[], leader: () => Promise<TestServer>): ClusterFaults {
  return {
    async killLeader() {
      await (await leader()).kill();
    },
    async isolate(server) {
      await Promise.all(servers.filter((other) => other !== server).map((other) => other.stop()));
    },
    async restore() {
      await Promise.all(servers.map((server) => server.start()));
      const startMs = performance.now();
      while (!(await leads(leader))) {
        if (performance.now() - startMs > RESTORE_TIMEOUT_MS)
          throw new HeddleError('unavailable', `no server leads within ${RESTORE_TIMEOUT_MS} ms`);
        await sleep(PAUSE_MS);
      }
    },
  };
}

async function leads(leader: () => Promise<TestServer>): Promise<boolean> {
  try {
    await leader();
    return true;
  } catch (error) {
    if (isHeddleError(error) && error.code === 'unavailable') return false;
    throw error;
  }
}
