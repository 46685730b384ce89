import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HeddleError } from '@heddle/core';
import driver from '@heddle/store-embedded';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { built, startServerProcess } from '../../../store-embedded/test/support/processes.ts';
import { createRig, type Rig } from './faults.ts';
import { deniedWrites, lostUpdates, staleReads } from './planted.ts';
import { factor, runUnderFaults } from './run.ts';

async function embeddedRig(): Promise<Rig> {
  const parent = mkdtempSync(join(tmpdir(), 'heddle-store-'));
  const folder = join(parent, 'store');
  let server = await startServerProcess(folder);
  const rig = await createRig({
    driver,
    urlOf: (port) => `heddle://127.0.0.1:${port}`,
    clientsPerServer: 6,
    sessionTimeoutMs: 1000,
    servers: [
      {
        get port() {
          return server.port;
        },
        freeze: async () => server.process.stop(),
        thaw: async () => server.process.continue(),
        kill: () => server.process.kill(),
        async start() {
          server = await startServerProcess(folder);
        },
      },
    ],
    async end() {
      await server.process.kill();
      rmSync(parent, { recursive: true, force: true });
    },
  });
  onTestFinished(() => rig.dispose());
  return rig;
}

beforeAll(built.build);

describe('the embedded store under faults', () => {
  it(
    'is linearizable',
    async () => {
      const operations = 10_000 * factor;
      const faults = factor === 1 ? 14 : 100;
      expect(await runUnderFaults({ rig: await embeddedRig(), operations, faults })).toBeUndefined();
    },
    300_000 * factor,
  );

  const unavailable = (): Error => new HeddleError('unavailable', 'it was not sent');
  it.each([
    ['a stale read', staleReads],
    ['a lost update', lostUpdates],
    ['a write that happened and was told as never sent', (store, random) => deniedWrites(store, random, unavailable)],
  ] satisfies [string, typeof staleReads][])('the same run finds %s when one is planted', async (_, between) => {
    const found = await runUnderFaults({ rig: await embeddedRig(), operations: 2000, faults: 6, between });
    expect(found).toMatch(/not linearizable/);
  });
});
