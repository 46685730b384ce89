import assert from 'node:assert/strict';
import type { OpenStoreOptions, Store, StoreTls } from '@heddle/core';
import {
  bytes,
  type CertificateAuthority,
  createAuthority,
  type IssuedCertificate,
  recordWatch,
  startZookeeper,
  storeConformance,
  type ZookeeperServer,
} from '@heddle/testkit';
import { afterAll, beforeAll, describe, it, onTestFinished } from 'vitest';
import driver from '../src/index.ts';
import { newRoot, securedServer } from './support/backends.ts';

const ABSENT = { expect: { absent: true } } as const;
const JOE = { user: 'joe', password: 'pass-of-joe' };
/** So long that only an error which is told at once ends before the test's own limit. */
const connectTimeoutMs = 3_600_000;

let authority: CertificateAuthority;
let stranger: CertificateAuthority;
const servers: ZookeeperServer[] = [];
beforeAll(async () => {
  [authority, stranger] = await Promise.all([createAuthority(), createAuthority()]);
});
afterAll(async () => {
  for (const server of servers) await server.close();
  for (const made of [authority, stranger]) made.remove();
});

interface Kind {
  readonly by?: () => CertificateAuthority;
  readonly names?: readonly string[];
  readonly isExpired?: boolean;
  readonly needsClients?: boolean;
}

/** A ZooKeeper with TLS for the tests of a suite. */
function useTls({ by = () => authority, needsClients = false, ...certificate }: Kind): () => ZookeeperServer {
  let server: ZookeeperServer | undefined;
  beforeAll(async () => {
    const tls = { authority, server: await by().issue('server', certificate), needsClients };
    server = await startZookeeper({ tls });
    servers.push(server);
  }, 120_000);
  return () => {
    assert.ok(server);
    return server;
  };
}

function showing({ certificate, key }: IssuedCertificate): StoreTls {
  return { authorities: authority.authorities, certificate, key };
}

function freshUrl(server: ZookeeperServer): string {
  return `${server.url}${newRoot()}`;
}

/** Open a store that is closed after the test. */
async function open(url: string, options?: OpenStoreOptions): Promise<Store> {
  const store = await driver.open(url, options);
  onTestFinished(() => store.close());
  return store;
}

async function refusal(url: string, options: OpenStoreOptions): Promise<{ code: string; message: string }> {
  const error = await driver.open(url, { connectTimeoutMs, ...options }).catch((thrown: unknown) => thrown);
  return error as { code: string; message: string };
}

describe('a ZooKeeper with TLS', () => {
  const server = useTls({});
  const trusting = (): OpenStoreOptions => ({ credentials: JOE, tls: { authorities: authority.authorities } });

  it('is used by who trusts its certificate, and says that what travels is encrypted', async () => {
    const store = await open(freshUrl(server()), trusting());
    const recorder = recordWatch(store, ['a']);
    await store.put(['a'], bytes('x'), ABSENT);
    await recorder.told('state a=x');
    assert.deepEqual([store.capabilities.tls, store.capabilities.acl], [true, true]);
  });

  it('is refused at once by who does not trust it', async () => {
    const other = { credentials: JOE, tls: { authorities: stranger.authorities } };
    for (const options of [other, { credentials: JOE }]) {
      const error = await refusal(freshUrl(server()), options);
      assert.equal(error.code, 'denied');
      assert.match(error.message, /^the store zks:\/\/127\.0\.0\.1:\d+\/\S+ cannot be opened: .*certificate/);
    }
  });

  it('is not tried again with a key that does not belong to the certificate', async () => {
    const [one, other] = [await authority.issue('one'), await authority.issue('other')];
    const tls = { authorities: authority.authorities, certificate: one.certificate, key: other.key };
    const error = await refusal(freshUrl(server()), { tls });
    assert.equal(error.code, 'config-invalid');
    assert.match(error.message, /the certificates cannot be used/);
  });

  it('is unavailable, within the time, to who speaks no TLS', async () => {
    const plain = freshUrl(server()).replace('zks:', 'zk:');
    const error = await refusal(plain, { connectTimeoutMs: 1500 });
    assert.equal(error.code, 'unavailable');
    assert.match(error.message, /^the store zk:\/\/127\.0\.0\.1:\d+\/\S+ did not answer within 1500 ms/);
  });

  it('keeps sessions and watches over a restart', async () => {
    const store = await open(freshUrl(server()), { ...trusting(), sessionTimeoutMs: 30_000 });
    const recorder = recordWatch(store, ['a'], 60_000);
    const put = await store.put(['a', 'alive'], bytes('x'), { ...ABSENT, liveness: true });
    await recorder.told('state a/alive=x');
    await server().restart();
    await recorder.told('status up');
    assert.ok(put.ok);
    assert.equal((await store.get(['a', 'alive']))?.rev, put.rev);
    await store.put(['a', 'more'], bytes('y'), ABSENT);
    await recorder.told('state a/more=y');
    assert.equal(recorder.count('status session-lost'), 0);
  });
});

describe('a ZooKeeper whose certificate has expired', () => {
  const server = useTls({ isExpired: true });
  it('is refused at once', async () => {
    const error = await refusal(freshUrl(server()), { tls: { authorities: authority.authorities } });
    assert.equal(error.code, 'denied');
    assert.match(error.message, /certificate has expired/);
  });
});

describe('a ZooKeeper whose certificate is that of another host', () => {
  const server = useTls({ names: ['DNS:elsewhere.example', 'IP:127.0.0.9'] });
  it('is refused at once', async () => {
    const error = await refusal(freshUrl(server()), { tls: { authorities: authority.authorities } });
    assert.equal(error.code, 'denied');
    assert.match(error.message, /certificate's altnames/);
  });
});

describe('a ZooKeeper without TLS', () => {
  let server: ZookeeperServer;
  beforeAll(async () => {
    server = await startZookeeper();
    servers.push(server);
  });
  it('is unavailable, within the time, to who wants it', async () => {
    const error = await refusal(freshUrl(server).replace('zk:', 'zks:'), { connectTimeoutMs: 1500 });
    assert.equal(error.code, 'unavailable');
    assert.match(error.message, /^the store zks:\/\/127\.0\.0\.1:\d+\/\S+ did not answer within 1500 ms/);
  });
});

describe('a ZooKeeper that wants certificates of its clients', () => {
  const server = useTls({ needsClients: true });

  it('lets in who shows one of its authority', async () => {
    const tls = showing(await authority.issue('node'));
    const store = await open(freshUrl(server()), { tls, credentials: JOE });
    assert.ok((await store.put(['a'], bytes('x'), ABSENT)).ok);
  });

  it('refuses at once who shows none, an expired one, or one of somebody unknown', async () => {
    const [expired, foreign] = await Promise.all([
      authority.issue('node', { isExpired: true }),
      stranger.issue('node'),
    ]);
    for (const tls of [{ authorities: authority.authorities }, showing(expired), showing(foreign)]) {
      const error = await refusal(freshUrl(server()), { tls });
      assert.equal(error.code, 'denied');
      assert.match(
        error.message,
        /^the store zks:\S+ cannot be opened: it refuses the certificate .*: (bad certificate|certificate unknown)$/,
      );
    }
  });
});

describe('store conformance: ZooKeeper over TLS', () => {
  const server = useTls({});
  const trusting = (): OpenStoreOptions => ({ tls: { authorities: authority.authorities } });
  const cases = storeConformance({ describe, it }, () => securedServer(server(), trusting()), { canCut: true });
  it('has all its cases', () => assert.equal(cases, 58));
});
