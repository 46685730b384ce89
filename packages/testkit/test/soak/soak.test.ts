import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  builtPackage,
  createRandom,
  runScript,
  type SoakReport,
  startEtcd,
  startZookeeper,
  type TestServer,
} from '@heddle/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { startServerProcess } from '../../../store-embedded/test/support/processes.ts';

/** The full suite soaks for ten minutes. */
const minutes = Math.min(10, Number(process.env['HEDDLE_TEST_FACTOR'] ?? 1));
/** MB a minute that the live heap may grow in a run that is long enough to tell. */
const MAX_HEAP_MB_PER_MINUTE = 1;

const packageOf = (name: string) => builtPackage(new URL(`../../../${name}/`, import.meta.url));
const testkit = packageOf('testkit');

interface Soaked {
  readonly port: number;
  readonly url: string;
}

/** Do something after the test. */
type After = (work: () => Promise<void> | void) => void;

const STORES: readonly (readonly [name: string, start: (after: After) => Promise<Soaked>])[] = [
  [
    'store-embedded',
    async (after) => {
      const folder = mkdtempSync(join(tmpdir(), 'heddle-soak-'));
      after(() => rmSync(folder, { recursive: true, force: true }));
      const server = await startServerProcess(join(folder, 'store'));
      after(() => server.process.kill());
      return { port: server.port, url: 'heddle://127.0.0.1:PORT' };
    },
  ],
  ['store-zk', async (after) => soakedServer(await startZookeeper(), after)],
  ['store-etcd', async (after) => soakedServer(await startEtcd(), after)],
];

function soakedServer(server: TestServer, after: After): Soaked {
  after(() => server.close());
  return { port: server.port, url: `${new URL(server.url).protocol}//127.0.0.1:PORT/soak` };
}

beforeAll(() => {
  for (const [name] of STORES) packageOf(name).build();
  testkit.build();
});

// They wait most of the time, so they do so together.
describe.concurrent('a store whose connections are cut every few seconds', () => {
  it.for(STORES)(
    '%s loses nothing, does nothing twice, and tells its watchers the latest',
    { timeout: (minutes + 5) * 60_000 },
    async ([name, start], { onTestFinished }) => {
      const { port, url } = await start(onTestFinished);
      const { seed } = createRandom();
      console.log(`${name}: soak seed ${seed}`);
      const child = runScript(`
        import driver from ${JSON.stringify(packageOf(name).module)};
        import { runSoak } from ${JSON.stringify(testkit.module)};
        const report = await runSoak({
          driver,
          server: { host: '127.0.0.1', port: ${port} },
          urlOf: (port) => ${JSON.stringify(url)}.replace('PORT', port),
          durationMs: ${minutes * 60_000},
          seed: ${seed},
        });
        console.log(JSON.stringify(report));`);
      onTestFinished(() => child.kill());
      const [line] = await child.rest();
      expect(line, `seed ${seed}: the soak failed, see above`).toBeDefined();
      const report = JSON.parse(line ?? '') as SoakReport;
      console.log(`${name}: ${JSON.stringify(report)}`);
      expect(await child.exitCode()).toBe(0);
      expect(report.counted).toBeGreaterThan(0);
      if (minutes >= 5) expect(report.memory.heapMbPerMinute).toBeLessThan(MAX_HEAP_MB_PER_MINUTE);
    },
  );
});
