import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { OpenStoreOptions, StoreTls } from '@heddle/core';
import {
  bytes,
  type CertificateAuthority,
  createAuthority,
  type EtcdOptions,
  type EtcdServer,
  startEtcd,
  storeConformance,
} from '@heddle/testkit';
import { afterAll, beforeAll, describe, it, onTestFinished, vi } from 'vitest';
import driver from '../src/index.ts';
import { backendOn, freshUrl, open, useEtcd } from './support/servers.ts';

const ABSENT = { expect: { absent: true } } as const;
const ROOT = { user: 'root', password: 'pass-of-root' };

let authority: CertificateAuthority;
let stranger: CertificateAuthority;
beforeAll(async () => {
  [authority, stranger] = await Promise.all([createAuthority(), createAuthority()]);
});
afterAll(() => {
  authority?.remove();
  stranger?.remove();
});

/** An etcd with TLS for the tests of a suite. */
function useTls(needsClients: boolean, options: EtcdOptions = {}, by = () => authority): () => EtcdServer {
  let server: EtcdServer | undefined;
  beforeAll(async () => {
    const tls = { authority: by(), server: await by().issue('server'), needsClients };
    server = await startEtcd({ ...options, tls });
  });
  afterAll(() => server?.close());
  return () => {
    assert.ok(server);
    return server;
  };
}

describe('store conformance: etcd over TLS', () => {
  const server = useTls(false);
  const trusting = (): OpenStoreOptions => ({ tls: { authorities: authority.authorities } });
  const cases = storeConformance({ describe, it }, () => backendOn(server(), trusting()), {
    shortSessionMs: 2000,
    patienceMs: 40_000,
    canCut: true,
    canEncrypt: true,
  });
  it('has all its cases', () => assert.equal(cases, 65));

  it('is unavailable, within the time, to who speaks no TLS', async () => {
    const error = await refusal(freshUrl(server()).replace('etcds:', 'etcd:'));
    assert.equal(error.code, 'unavailable');
    assert.match(error.message, /^the store etcd:\/\/127\.0\.0\.1:\d+\/\S+ did not answer within 1500 ms/);
  });
});

describe('an etcd cluster whose certificates are not all trusted', () => {
  const [trusted, one, other] = [useTls(false), useTls(false, {}, () => stranger), useTls(false, {}, () => stranger)];
  const trusting = (): OpenStoreOptions => ({ tls: { authorities: authority.authorities } });
  const urlOf = (
    first: () => { readonly url: string },
    second: () => { readonly host: string; readonly port: number },
  ): string => `${first().url},${second().host}:${second().port}/${randomUUID()}`;

  it('is used through a member whose certificate is, whichever is asked first', async () => {
    for (const [first, second] of [
      [one, trusted],
      [trusted, one],
    ] as const) {
      const random = vi.spyOn(Math, 'random').mockReturnValue(0);
      onTestFinished(() => random.mockRestore());
      const store = await open(urlOf(first, second), trusting());
      await store.list([]);
    }
  });

  it('is used through that member again after it was away, though another refuses both before and after', async () => {
    const random = vi.spyOn(Math, 'random').mockReturnValue(0);
    onTestFinished(() => random.mockRestore());
    const store = await open(urlOf(one, trusted), trusting());
    await trusted().kill();
    const listed = store.list([], { timeoutMs: 60_000 });
    await Promise.all([trusted().start(), listed]);
  });

  it('is refused at once when none is', async () => {
    const error = await refusal(urlOf(one, other), { ...trusting(), connectTimeoutMs: 60_000 });
    assert.equal(error.code, 'denied');
    assert.match(error.message, /certificate/);
  });
});

describe('an etcd without TLS', () => {
  const server = useEtcd();
  it('is unavailable, within the time, to who wants it', async () => {
    const error = await refusal(freshUrl(server()).replace('etcd:', 'etcds:'));
    assert.equal(error.code, 'unavailable');
    assert.match(error.message, /the connection ended before TLS began: does it speak TLS\?$/);
  });
});

describe('an etcd that wants certificates of its clients', () => {
  const server = useTls(true, { users: { root: ROOT.password, agent: 'pass-of-agent' } });

  it('knows by the certificate alone who it is, and what that user may do', async () => {
    const url = freshUrl(server());
    const admin = await open(url, { tls: await showing('root') });
    await admin.put(['a'], bytes('x'), ABSENT);
    assert.equal(admin.capabilities.acl, true);
    assert.equal(await admin.access?.mayGrant(), true);
    const agent = await open(url, { tls: await showing('agent') });
    await assert.rejects(agent.get(['a']), { code: 'denied' });
    assert.equal(await agent.access?.mayGrant(), false);
    const nobody = await open(url, { tls: await showing('nobody') });
    await assert.rejects(nobody.get(['a']), { code: 'denied' });
  });

  it('lets a user and password stand for somebody else than the certificate', async () => {
    const store = await open(freshUrl(server()), { tls: await showing('agent'), credentials: ROOT });
    await store.put(['a'], bytes('x'), ABSENT);
    assert.equal(await store.access?.mayGrant(), true);
  });
});

async function refusal(url: string, options: OpenStoreOptions = {}): Promise<{ code: string; message: string }> {
  const error = await driver.open(url, { connectTimeoutMs: 1500, ...options }).catch((thrown: unknown) => thrown);
  return error as { code: string; message: string };
}

async function showing(user: string): Promise<StoreTls> {
  const { certificate, key } = await authority.issue(user);
  return { authorities: authority.authorities, certificate, key };
}
