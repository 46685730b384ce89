import assert from 'node:assert/strict';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OpenStoreOptions } from '@heddle/core';
import { findFreePort, startZookeeper } from '@heddle/testkit';
import { describe, it, onTestFinished } from 'vitest';
import driver from '../src/index.ts';
import { built, runWithDriver } from './support/backends.ts';
import { useServer } from './support/server.ts';

const SECRET = 'pass-of-joe';
const ABSENT = { expect: { absent: true } } as const;
/** So long that only an error which is told at once ends before the test's own limit. */
const LONG_MS = 3_600_000;

/** Open what cannot be opened, as joe; answers what is said. */
async function refusal(place: string, options: OpenStoreOptions): Promise<{ code: string; message: string }> {
  const url = place.replace('zk://', `zk://joe:${SECRET}@`);
  const opening = driver.open(url, options).then((store) => store.close());
  const error = (await opening.catch((thrown: unknown) => thrown)) as { code: string; message: string; cause: unknown };
  assert.doesNotMatch(`${JSON.stringify(error)}${error.message}${String(error.cause)}`, new RegExp(SECRET));
  assert.ok(error.message.startsWith(`the store ${place} `), error.message);
  return error;
}

describe('a ZooKeeper that cannot be used', () => {
  const server = useServer();

  it('is unavailable, within the time, where no host has its name', async () => {
    const error = await refusal('zk://no-such-host.invalid:2181/prod', { connectTimeoutMs: 500 });
    assert.equal(error.code, 'unavailable');
    assert.match(error.message, /did not answer within 500 ms: (getaddrinfo|no answer)/);
  });

  it('is unavailable, within the time, where nothing listens', async () => {
    const port = await findFreePort();
    const error = await refusal(`zk://127.0.0.1:${port}/prod`, { connectTimeoutMs: 500 });
    assert.equal(error.code, 'unavailable');
    assert.match(error.message, /did not answer within 500 ms: connect ECONNREFUSED/);
  });

  it('is unavailable, within the time, where something else answers', async () => {
    const web = createHttpServer();
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      web.closeAllConnections();
      web.close();
    });
    const { port } = web.address() as AddressInfo;
    const error = await refusal(`zk://127.0.0.1:${port}/prod`, { connectTimeoutMs: 500 });
    assert.equal(error.code, 'unavailable');
    assert.match(error.message, /did not answer within 500 ms: /);
  });

  it('is used where another server of its URL can be', async () => {
    const port = await findFreePort();
    const url = server.newUrl().replace('zk://', `zk://127.0.0.1:${port},`);
    const store = await server.open(url);
    assert.ok((await store.put(['a'], new Uint8Array(), ABSENT)).ok);
  });

  it('is denied at once below a root of somebody else', async () => {
    const url = server.newUrl();
    await server.open(url, { credentials: { user: 'eve', password: 'pass-of-eve' } });
    for (const place of [url, `${url}/below`, `${url}/far/below`]) {
      const error = await refusal(place, { connectTimeoutMs: LONG_MS });
      assert.equal(error.code, 'denied');
      assert.match(error.message, /cannot be opened: ZooKeeper denies access to /);
    }
  });

  it('is unavailable, within the time, while its server takes only who reads', async () => {
    const readOnly = await startZookeeper({ isReadOnly: true });
    onTestFinished(() => readOnly.close());
    assert.match(await readOnly.ask('srvr'), /Mode: read-only/);
    const error = await refusal(`${readOnly.url}/prod`, { connectTimeoutMs: 1000 });
    assert.equal(error.code, 'unavailable');
    assert.match(error.message, /did not answer within 1000 ms: the server hung up/);
  });

  it('is reached without a proxy that the environment names for HTTP', async () => {
    built.build();
    const proxy = `http://127.0.0.1:${await findFreePort()}`;
    const child = runWithDriver(`
      for (const name of ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'])
        process.env[name] = '${proxy}';
      const store = await driver.open('${server.newUrl()}');
      console.log((await store.get(['a'])) === undefined ? 'absent' : 'there');
      await store.close();`);
    onTestFinished(() => child.kill());
    assert.equal(await child.line(), 'absent');
    assert.equal(await child.exitCode(), 0);
  });
});
