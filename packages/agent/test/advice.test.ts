import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type CertificateAuthority,
  createAuthority,
  startEtcd,
  startZookeeper,
  type TestServer,
} from '@heddle/testkit';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { writeCredentials } from '../src/stores/credentials-file.ts';
import { openStore } from '../src/stores/open-store.ts';

const files = 'HEDDLE_STORE_CA_FILE, HEDDLE_STORE_CERT_FILE and HEDDLE_STORE_KEY_FILE';

let authority: CertificateAuthority;
beforeAll(async () => {
  authority = await createAuthority();
});
afterAll(() => authority.remove());

/** Open a store with these variables in the environment, and answer the error. */
async function refusal(url: string, environment: Readonly<Record<string, string>>): Promise<unknown> {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  return openStore(url).then(
    (store) => store.close(),
    (error: unknown) => error,
  );
}

describe.each([
  ['etcd', (server: CertificateAuthority) => tlsOf(server).then((tls) => startEtcd({ tls }))],
  ['ZooKeeper', (server: CertificateAuthority) => tlsOf(server).then((tls) => startZookeeper({ tls }))],
])('the advice for certificates of %s', (_name, start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start(authority);
  });
  afterAll(() => server.close());

  it('names the variables of the files, and the URL, when one side does not trust the other', async () => {
    const stranger = await createAuthority();
    onTestFinished(() => stranger.remove());
    expect(await refusal(server.url, { HEDDLE_STORE_CA_FILE: stranger.authorityFile })).toMatchObject({
      code: 'denied',
      next: [`check ${files}, and the name in the store URL`],
    });
  });

  it('says to look into the files when they do not fit each other', async () => {
    const [one, other] = [await authority.issue('one'), await authority.issue('other')];
    const environment = { HEDDLE_STORE_CERT_FILE: one.certificateFile, HEDDLE_STORE_KEY_FILE: other.keyFile };
    expect(await refusal(server.url, environment)).toMatchObject({
      code: 'config-invalid',
      next: [`look into the files of ${files}: does the key belong to the certificate?`],
    });
  });
});

async function tlsOf(made: CertificateAuthority) {
  return { authority: made, server: await made.issue('server') };
}

describe.each([
  ['etcd', () => startEtcd({ users: { root: 'pass-of-root' } })],
  ['ZooKeeper', () => startZookeeper()],
])('the advice of %s for the credentials of a node that are worth nothing any more', (name, start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.close());

  it('says that their epoch may be closed, and whence new ones are to be had', async () => {
    const admin = await openStore(`${server.url}/x`, { credentials: { user: 'root', password: 'pass-of-root' } });
    onTestFinished(() => admin.close());
    const granted = await admin.access?.grant({
      scope: ['shop', '1'],
      members: new Map([['db', ['all']]]),
      rules: [{ prefix: ['shop', '1', 'open'], readers: ['all'], writers: [] }],
    });
    await admin.access?.revoke(['shop', '1']);
    const folder = await mkdtemp(join(tmpdir(), 'heddle-advice-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const written = await writeCredentials(folder, {
      deployment: 'shop',
      epoch: '1',
      credentials: granted ?? new Map(),
    });
    const file = written.get('db') ?? '';
    expect(await refusal(`${server.url}/x`, { HEDDLE_STORE_CREDENTIALS_FILE: file }), name).toMatchObject({
      code: 'denied',
      next: [
        `the epoch that ${file} is for may be closed: heddle status shows which is current`,
        'heddle seed wrote new credentials for every node: copy those of this one here',
      ],
    });
  });
});
