import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EtcdServer, startEtcd } from '@heddle/testkit';
import { afterEach, describe, it } from 'vitest';

const servers: EtcdServer[] = [];

async function start(options?: Parameters<typeof startEtcd>[0]): Promise<EtcdServer> {
  const server = await startEtcd(options);
  servers.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

describe('an etcd for tests', () => {
  it('it serves when the start resolves, and keeps its data and address when it was killed and started again', async () => {
    const server = await start();
    await server.control(['put', 'a', 'kept']);
    await server.kill();
    await assert.rejects(server.control(['--dial-timeout=1s', '--command-timeout=1s', 'get', 'a']));
    await server.start();
    assert.equal(await server.control(['get', 'a', '--print-value-only']), 'kept');
  }, 60_000);

  it('a stopped one answers nothing until it is started again', async () => {
    const server = await start();
    await server.stop();
    const question = server.control(['get', 'a']);
    const early = await Promise.race([question, new Promise((resolve) => setImmediate(() => resolve('silence')))]);
    assert.equal(early, 'silence');
    await server.start();
    assert.equal(await question, '');
  }, 60_000);

  it('with users only they get in', async () => {
    const server = await start({ users: { root: 'secret', other: 'word' } });
    await server.control(['put', 'a', 'of root']);
    const anybody = await fetch(`http://127.0.0.1:${server.port}/v3/kv/range`, {
      method: 'POST',
      body: JSON.stringify({ key: Buffer.from('a').toString('base64') }),
    });
    assert.match(await anybody.text(), /user name is empty/);
    assert.match(await server.control(['user', 'list']), /other/);
  }, 60_000);

  it('users without root are refused', async () => {
    await assert.rejects(start({ users: { other: 'word' } }), { code: 'config-invalid' });
  });

  it('its directory goes with it, one that the caller named stays', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'heddle-etcd-test-'));
    try {
      const server = await start({ directory });
      await server.close();
      assert.ok(existsSync(join(directory, 'data')));
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }, 60_000);
});
