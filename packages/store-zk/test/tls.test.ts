import assert from 'node:assert/strict';
import type { OpenStoreOptions } from '@heddle/core';
import {
  type CertificateAuthority,
  createAuthority,
  startZookeeper,
  storeConformance,
  type ZookeeperServer,
} from '@heddle/testkit';
import { afterAll, beforeAll, describe, it, onTestFinished, vi } from 'vitest';
import driver from '../src/index.ts';
import { newRoot, securedServer } from './support/backends.ts';

let authority: CertificateAuthority;
let stranger: CertificateAuthority;
let server: ZookeeperServer;
beforeAll(async () => {
  [authority, stranger] = await Promise.all([createAuthority(), createAuthority()]);
  server = await startSecured(authority);
});
afterAll(async () => {
  await server?.close();
  authority?.remove();
  stranger?.remove();
});

async function startSecured(by: CertificateAuthority): Promise<ZookeeperServer> {
  return startZookeeper({ tls: { authority: by, server: await by.issue('server') } });
}

describe('store conformance: ZooKeeper over TLS', () => {
  const trusting = (): OpenStoreOptions => ({ tls: { authorities: authority.authorities } });
  const cases = storeConformance({ describe, it }, () => securedServer(server, trusting()), {
    canCut: true,
    canEncrypt: true,
  });
  it('has all its cases', () => assert.equal(cases, 65));
});

async function refusal(url: string, options: OpenStoreOptions = {}): Promise<{ code: string; message: string }> {
  const error = await driver.open(url, { connectTimeoutMs: 1500, ...options }).catch((thrown: unknown) => thrown);
  return error as { code: string; message: string };
}

describe('a ZooKeeper with TLS', () => {
  it('is unavailable, within the time, to who speaks no TLS', async () => {
    const error = await refusal(`${server.url.replace('zks:', 'zk:')}${newRoot()}`);
    assert.equal(error.code, 'unavailable');
    assert.match(error.message, /^the store zk:\/\/127\.0\.0\.1:\d+\/\S+ did not answer within 1500 ms/);
  });
});

describe('a ZooKeeper ensemble whose certificates are not all trusted', () => {
  let others: ZookeeperServer[] = [];
  beforeAll(async () => {
    others = await Promise.all([startSecured(stranger), startSecured(stranger)]);
  });
  afterAll(() => Promise.all(others.map((one) => one.close())));
  const trusting = (): OpenStoreOptions => ({ tls: { authorities: authority.authorities } });
  const urlOf = (first?: ZookeeperServer, second?: ZookeeperServer): string =>
    `${first?.url},${second?.host}:${second?.port}${newRoot()}`;

  it('is used through a server whose certificate is, whichever is asked first', async () => {
    for (const [first, second] of [
      [others[0], server],
      [server, others[0]],
    ]) {
      const random = vi.spyOn(Math, 'random').mockReturnValue(0);
      onTestFinished(() => random.mockRestore());
      const store = await driver.open(urlOf(first, second), trusting());
      onTestFinished(() => store.close());
      await store.list([]);
    }
  });

  it('is used through that server again after it was away, though another refuses both before and after', async () => {
    const random = vi.spyOn(Math, 'random').mockReturnValue(0);
    onTestFinished(() => random.mockRestore());
    const store = await driver.open(urlOf(others[0], server), trusting());
    onTestFinished(() => store.close());
    await server.kill();
    const listed = store.list([], { timeoutMs: 60_000 });
    await Promise.all([server.start(), listed]);
  });

  it('is refused at once when none is', async () => {
    const error = await refusal(urlOf(others[0], others[1]), { ...trusting(), connectTimeoutMs: 60_000 });
    assert.equal(error.code, 'denied');
    assert.match(error.message, /certificate/);
  });
});

describe('a ZooKeeper without TLS', () => {
  let plain: ZookeeperServer;
  beforeAll(async () => {
    plain = await startZookeeper();
  });
  afterAll(() => plain?.close());

  it('is unavailable, within the time, to who wants it', async () => {
    const error = await refusal(`${plain.url.replace('zk:', 'zks:')}${newRoot()}`);
    assert.equal(error.code, 'unavailable');
    assert.match(error.message, /^the store zks:\/\/127\.0\.0\.1:\d+\/\S+ did not answer within 1500 ms/);
  });
});
