import assert from 'node:assert/strict';
import type { OpenStoreOptions, StoreTls } from '@heddle/core';
import {
  bytes,
  type CertificateAuthority,
  createAuthority,
  type EtcdServer,
  type IssuedCertificate,
  recordWatch,
  startEtcd,
  storeConformance,
} from '@heddle/testkit';
import { afterAll, beforeAll, describe, it } from 'vitest';
import driver from '../src/index.ts';
import { backendOn, freshUrl, open } from './support/servers.ts';

const ABSENT = { expect: { absent: true } } as const;
const ROOT = { user: 'root', password: 'pass-of-root' };
/** So long that only an error which is told at once ends before the test's own limit. */
const connectTimeoutMs = 3_600_000;

let authority: CertificateAuthority;
let stranger: CertificateAuthority;
const servers: EtcdServer[] = [];
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
  readonly users?: Readonly<Record<string, string>>;
}

/** An etcd with TLS for the tests of a suite. */
function useTls({ by = () => authority, needsClients = false, users, ...certificate }: Kind): () => EtcdServer {
  let server: EtcdServer | undefined;
  beforeAll(async () => {
    const tls = { authority, server: await by().issue('server', certificate), needsClients };
    server = await startEtcd({ tls, ...(users === undefined ? {} : { users }) });
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

async function refusal(url: string, options: OpenStoreOptions): Promise<{ code: string; message: string }> {
  const error = await driver.open(url, { connectTimeoutMs, ...options }).catch((thrown: unknown) => thrown);
  return error as { code: string; message: string };
}

describe('an etcd with TLS', () => {
  const server = useTls({ users: { root: ROOT.password } });
  const trusting = (): OpenStoreOptions => ({ credentials: ROOT, tls: { authorities: authority.authorities } });

  it('is used by who trusts its certificate, and says that what travels is encrypted', async () => {
    const store = await open(freshUrl(server()), trusting());
    const recorder = recordWatch(store, ['a']);
    await store.put(['a'], bytes('x'), ABSENT);
    await recorder.told('state a=x');
    assert.deepEqual([store.capabilities.tls, store.capabilities.acl], [true, true]);
  });

  it('is refused at once by who does not trust it', async () => {
    const other = { credentials: ROOT, tls: { authorities: stranger.authorities } };
    for (const options of [other, { credentials: ROOT }]) {
      const error = await refusal(freshUrl(server()), options);
      assert.equal(error.code, 'denied');
      assert.match(error.message, /^the store etcds:\/\/127\.0\.0\.1:\d+\/\S+ cannot be opened: .*certificate/);
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
    const plain = freshUrl(server()).replace('etcds:', 'etcd:');
    const error = await refusal(plain, { connectTimeoutMs: 1500 });
    assert.equal(error.code, 'unavailable');
    assert.match(error.message, /^the store etcd:\/\/127\.0\.0\.1:\d+\/\S+ did not answer within 1500 ms/);
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

describe('an etcd whose certificate has expired', () => {
  const server = useTls({ isExpired: true });
  it('is refused at once', async () => {
    const error = await refusal(freshUrl(server()), { tls: { authorities: authority.authorities } });
    assert.equal(error.code, 'denied');
    assert.match(error.message, /certificate has expired/);
  });
});

describe('an etcd whose certificate is that of another host', () => {
  const server = useTls({ names: ['DNS:elsewhere.example', 'IP:127.0.0.9'] });
  it('is refused at once', async () => {
    const error = await refusal(freshUrl(server()), { tls: { authorities: authority.authorities } });
    assert.equal(error.code, 'denied');
    assert.match(error.message, /certificate's altnames/);
  });
});

describe('an etcd without TLS', () => {
  let server: EtcdServer;
  beforeAll(async () => {
    server = await startEtcd();
    servers.push(server);
  });
  it('is unavailable, within the time, to who wants it', async () => {
    const error = await refusal(freshUrl(server).replace('etcd:', 'etcds:'), { connectTimeoutMs: 1500 });
    assert.equal(error.code, 'unavailable');
    assert.match(error.message, /the connection ended before TLS began: does it speak TLS\?$/);
  });
});

describe('an etcd that wants certificates of its clients', () => {
  const server = useTls({ needsClients: true, users: { root: ROOT.password, agent: 'pass-of-agent' } });

  it('knows by the certificate alone who it is, and what that user may do', async () => {
    const url = freshUrl(server());
    const admin = await open(url, { tls: showing(await authority.issue('root')) });
    await admin.put(['a'], bytes('x'), ABSENT);
    assert.equal(admin.capabilities.acl, true);
    assert.equal(await admin.access?.mayGrant(), true);
    const agent = await open(url, { tls: showing(await authority.issue('agent')) });
    await assert.rejects(agent.get(['a']), { code: 'denied' });
    assert.equal(await agent.access?.mayGrant(), false);
    const nobody = await open(url, { tls: showing(await authority.issue('nobody')) });
    await assert.rejects(nobody.get(['a']), { code: 'denied' });
  });

  it('lets a user and password stand for somebody else than the certificate', async () => {
    const url = freshUrl(server());
    const tls = showing(await authority.issue('agent'));
    const store = await open(url, { tls, credentials: ROOT });
    await store.put(['a'], bytes('x'), ABSENT);
    assert.equal(await store.access?.mayGrant(), true);
  });

  it('refuses at once who shows none, an expired one, or one of somebody unknown', async () => {
    const [expired, foreign] = await Promise.all([
      authority.issue('root', { isExpired: true }),
      stranger.issue('root'),
    ]);
    for (const tls of [{ authorities: authority.authorities }, showing(expired), showing(foreign)]) {
      const error = await refusal(freshUrl(server()), { tls });
      assert.equal(error.code, 'denied');
      assert.match(
        error.message,
        /^the store etcds:\S+ cannot be opened: \S+ \S+ it refuses the certificate .*: bad certificate$/,
      );
    }
  });
});

describe('store conformance: etcd over TLS', () => {
  const server = useTls({});
  const trusting = (): OpenStoreOptions => ({ tls: { authorities: authority.authorities } });
  const cases = storeConformance({ describe, it }, () => backendOn(server(), trusting()), {
    shortSessionMs: 2000,
    patienceMs: 40_000,
    canCut: true,
  });
  it('has all its cases', () => assert.equal(cases, 58));
});
