import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtPackage, runScript, startServerProcess, startZookeeper } from '@heddle/testkit';
import { describe, it, onTestFinished } from 'vitest';
import { closedAfterwards, lifetimeTests } from './lifetime.ts';

describe('a ZooKeeper for tests', () => {
  lifetimeTests(closedAfterwards(startZookeeper), (server) => server.ask('ruok'), 'imok');
});

describe('a server process', () => {
  it('it ends when the process that started it is killed', async () => {
    const testkit = builtPackage(new URL('../../', import.meta.url));
    testkit.build();
    const folder = mkdtempSync(join(tmpdir(), 'heddle-server-test-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const parent = runScript(`
      import { existsSync } from 'node:fs';
      import { startServerProcess } from ${JSON.stringify(testkit.module)};
      const mark = ${JSON.stringify(join(folder, 'ready'))};
      const words = ['-c', 'touch "$0"; exec sleep 1000', mark];
      const options = { name: 'sleep', program: 'bash', words, install: '' };
      const server = await startServerProcess({ ...options, isReady: async () => existsSync(mark) });
      console.log(server.pid);`);
    onTestFinished(() => parent.kill());
    const pid = Number(await parent.line());
    await parent.kill();
    while (isAlive(pid)) await new Promise((resolve) => setImmediate(resolve));
  });

  it('a program that is not installed is tool-missing, with the command that installs it', async () => {
    const options = { name: 'a server', program: 'no-such-program', words: [], install: 'apt-get install it' };
    await assert.rejects(startServerProcess({ ...options, isReady: async () => false }), {
      code: 'tool-missing',
      next: ['apt-get install it'],
    });
  });

  it('a program that ends while it starts is unavailable, with what it said', async () => {
    const words = ['-c', 'echo no such configuration >&2; exit 3'];
    const options = { name: 'a server', program: 'bash', words, install: '' };
    await assert.rejects(startServerProcess({ ...options, isReady: async () => false }), {
      code: 'unavailable',
      message: /exit 3: no such configuration/,
    });
  });
});

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
