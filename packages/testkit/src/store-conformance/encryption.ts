import assert from 'node:assert/strict';
import type { OpenStoreOptions, StoreTls } from '@heddle/core';
import {
  type CertificateAuthority,
  createAuthority,
  type IssuedCertificate,
  type ServerTls,
} from '../servers/certificates.ts';
import { create, rejectsWith, textOf } from './entries.ts';
import { recordWatch } from './recorder.ts';
import type { EncryptedServer, StoreBackend, StoreEncryption, Theme } from './types.ts';

const SECRET = 'pass-of-joe';
/** So long that only an error which is told at once ends before the test's own limit. */
const AT_ONCE: OpenStoreOptions = { connectTimeoutMs: 3_600_000 };

/** Who does not trust the other side learns it at once, and nobody learns a password. */
export function encryption({ runner, knobs, faultTest }: Theme): void {
  if (!knobs.canEncrypt) return;
  const { patienceMs, longSessionMs } = knobs;
  /** A test with two authorities: that of the servers, and one that nobody trusts. */
  const test = (title: string, body: (situation: Situation) => Promise<void>): void =>
    faultTest(title, async (backend) => {
      const made = await Promise.all([createAuthority(), createAuthority()]);
      try {
        await body(situationOf(backend, ...made));
      } finally {
        for (const authority of made) authority.remove();
      }
    });

  runner.describe('encryption', () => {
    test('a client that trusts the certificate of its server is served, and knows that what travels is encrypted', async ({
      serve,
      open,
      trusting,
    }) => {
      const store = await open(await serve({}), trusting);
      const recorder = recordWatch(store, ['a'], patienceMs);
      await create(store, ['a'], 'x');
      await recorder.told('state a=x');
      assert.equal(store.capabilities.tls, true);
    });

    test('a certificate of an authority that the client does not know is denied at once', async ({
      serve,
      refused,
      stranger,
    }) => {
      const server = await serve({});
      await refused(server, { authorities: stranger.authorities });
      // Neither do those that Node trusts belong to it.
      await refused(server, {});
    });

    test('a certificate of another host is denied at once', async ({ serve, refused, trusting }) => {
      await refused(await serve({ names: ['DNS:elsewhere.example', 'IP:127.0.0.9'] }), trusting);
    });

    test('a certificate that has expired is denied at once', async ({ serve, refused, trusting }) => {
      await refused(await serve({ isExpired: true }), trusting);
    });

    test('a server that wants certificates of its clients lets in who shows one of its authority, and denies all others at once', async ({
      serve,
      open,
      refused,
      trusting,
      authority,
      stranger,
    }) => {
      const server = await serve({ needsClients: true });
      const showing = ({ certificate, key }: IssuedCertificate): StoreTls => ({ ...trusting, certificate, key });
      await create(await open(server, showing(await authority.issue('node'))), ['a'], 'x');
      await refused(server, trusting);
      await refused(server, showing(await authority.issue('node', { isExpired: true })));
      await refused(server, showing(await stranger.issue('node')));
    });

    test('a key that does not belong to its certificate is config-invalid, and not tried again and again', async ({
      serve,
      open,
      trusting,
      authority,
    }) => {
      const [one, other] = [await authority.issue('one'), await authority.issue('other')];
      const tls = { ...trusting, certificate: one.certificate, key: other.key };
      await rejectsWith('config-invalid', open(await serve({}), tls, AT_ONCE));
    });

    test('sessions and watches outlive a restart of the server', async ({ serve, open, trusting }) => {
      const server = await serve({});
      const store = await open(server, trusting, { sessionTimeoutMs: longSessionMs });
      const recorder = recordWatch(store, ['a'], patienceMs);
      const rev = await create(store, ['a', 'alive'], 'x', true);
      await recorder.told('state a/alive=x');
      await server.restart();
      await recorder.told('status up');
      assert.equal((await store.get(['a', 'alive'], { timeoutMs: patienceMs }))?.rev, rev);
      await create(store, ['a', 'more'], 'y');
      await recorder.told('state a/more=y');
      assert.equal(textOf(await store.get(['a', 'more'])), 'y');
      assert.ok(!recorder.calls.includes('status session-lost'));
    });
  });
}

interface Situation {
  readonly authority: CertificateAuthority;
  /** An authority that neither servers nor clients trust. */
  readonly stranger: CertificateAuthority;
  /** What a client needs to trust the servers. */
  readonly trusting: StoreTls;
  serve(certificate: CertificateOptions): Promise<EncryptedServer>;
  open: StoreEncryption['open'];
  /** Expect that who opens the store is denied, at once, with words about a certificate and without the password. */
  refused(server: EncryptedServer, tls: StoreTls): Promise<void>;
}

type CertificateOptions = Parameters<CertificateAuthority['issue']>[1] & Pick<ServerTls, 'needsClients'>;

function situationOf(
  backend: StoreBackend,
  authority: CertificateAuthority,
  stranger: CertificateAuthority,
): Situation {
  const { encryption: by } = backend;
  assert.ok(by, 'the knobs promise encryption, the backend has none');
  return {
    authority,
    stranger,
    trusting: { authorities: authority.authorities },
    serve: async ({ needsClients = false, ...certificate }) =>
      by.serve({ authority, server: await authority.issue('server', certificate), needsClients }),
    open: (server, tls, options) => by.open(server, tls, options),
    async refused(server, tls) {
      const credentials = { user: 'joe', password: SECRET };
      const error = await by.open(server, tls, { ...AT_ONCE, credentials }).catch((thrown: unknown) => thrown);
      const { code, message, cause } = error as { code?: unknown; message: string; cause?: unknown };
      assert.equal(code, 'denied', message);
      assert.match(message, /certificate/);
      assert.ok(message.startsWith(`the store ${server.url} `), message);
      assert.doesNotMatch(`${JSON.stringify(error)}${message}${String(cause)}`, new RegExp(SECRET));
    },
  };
}
