import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { startServerProcess, startZookeeper, type ZookeeperServer } from '@heddle/testkit';
import { afterEach, describe, it } from 'vitest';

const servers: ZookeeperServer[] = [];

async function start(options?: Parameters<typeof startZookeeper>[0]): Promise<ZookeeperServer> {
  const server = await startZookeeper(options);
  servers.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

describe('a ZooKeeper for tests', () => {
  it('it serves when the start resolves, also after it was killed and started again', async () => {
    const server = await start();
    assert.match(await server.ask('ruok'), /imok/);
    await server.kill();
    await assert.rejects(server.ask('ruok'));
    await server.start();
    assert.match(await server.ask('ruok'), /imok/);
  });

  it('a stopped one accepts nothing and answers nothing until it is started again', async () => {
    const server = await start();
    await server.stop();
    const question = server.ask('ruok');
    const early = await Promise.race([question, new Promise((resolve) => setImmediate(() => resolve('silence')))]);
    assert.equal(early, 'silence');
    await server.start();
    assert.match(await question, /imok/);
  });

  it('its directory goes with it, one that the caller named stays', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'heddle-zookeeper-test-'));
    try {
      const server = await start({ directory });
      await server.close();
      assert.ok(existsSync(join(directory, 'data')));
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});

describe('a server process', () => {
  it('it ends when the process that started it is killed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'heddle-server-test-'));
    const script = `
      const { existsSync } = await import('node:fs');
      const { startServerProcess } = await import(${JSON.stringify(builtModule())});
      const mark = ${JSON.stringify(join(folder, 'ready'))};
      const words = ['-c', 'touch "$0"; exec sleep 1000', mark];
      const options = { name: 'sleep', program: 'bash', words, install: '' };
      const server = await startServerProcess({ ...options, isReady: async () => existsSync(mark) });
      console.log(server.pid);`;
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string];
      parent.kill('SIGKILL');
      while (isAlive(Number(line))) await new Promise((resolve) => setImmediate(resolve));
    } finally {
      parent.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
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

/** The built testkit, for a plain Node process. */
function builtModule(): string {
  const root = fileURLToPath(new URL('../../../..', import.meta.url));
  const lock = join(root, 'packages/testkit/package.json');
  const built = spawnSync('flock', [lock, join(root, 'node_modules/.bin/tsc'), '-b', 'packages/testkit'], {
    cwd: root,
  });
  assert.equal(built.status, 0, built.stdout.toString());
  return pathToFileURL(join(root, 'packages/testkit/dist/index.js')).href;
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
