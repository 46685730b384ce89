import assert from 'node:assert/strict';
import type { OpenStoreOptions } from '@heddle/core';
import {
  type CertificateAuthority,
  createAuthority,
  startZookeeper,
  storeConformance,
  type ZookeeperServer,
} from '@heddle/testkit';
import { afterAll, beforeAll, describe, it } from 'vitest';
import driver from '../src/index.ts';
import { newRoot, securedServer } from './support/backends.ts';

let authority: CertificateAuthority;
let server: ZookeeperServer;
beforeAll(async () => {
  authority = await createAuthority();
  server = await startZookeeper({ tls: { authority, server: await authority.issue('server') } });
}, 120_000);
afterAll(async () => {
  await server?.close();
  authority?.remove();
});

describe('store conformance: ZooKeeper over TLS', () => {
  const trusting = (): OpenStoreOptions => ({ tls: { authorities: authority.authorities } });
  const cases = storeConformance({ describe, it }, () => securedServer(server, trusting()), {
    canCut: true,
    canEncrypt: true,
  });
  it('has all its cases', () => assert.equal(cases, 65));
});

async function refusal(url: string): Promise<{ code: string; message: string }> {
  const error = await driver.open(url, { connectTimeoutMs: 1500 }).catch((thrown: unknown) => thrown);
  return error as { code: string; message: string };
}

describe('a ZooKeeper with TLS', () => {
  it('is unavailable, within the time, to who speaks no TLS', async () => {
    const error = await refusal(`${server.url.replace('zks:', 'zk:')}${newRoot()}`);
    assert.equal(error.code, 'unavailable');
    assert.match(error.message, /^the store zk:\/\/127\.0\.0\.1:\d+\/\S+ did not answer within 1500 ms/);
  });
});

describe('a ZooKeeper without TLS', () => {
  let plain: ZookeeperServer;
  beforeAll(async () => {
    plain = await startZookeeper();
  }, 120_000);
  afterAll(() => plain?.close());

  it('is unavailable, within the time, to who wants it', async () => {
    const error = await refusal(`${plain.url.replace('zk:', 'zks:')}${newRoot()}`);
    assert.equal(error.code, 'unavailable');
    assert.match(error.message, /^the store zks:\/\/127\.0\.0\.1:\d+\/\S+ did not answer within 1500 ms/);
  });
});
