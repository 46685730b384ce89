import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HeddleError } from '@heddle/core';
import { execa } from 'execa';

/** A certificate with its key, each as the path of a PEM file. */
export interface IssuedCertificate {
  readonly certificateFile: string;
  readonly keyFile: string;
  /** The text of both files. */
  readonly certificate: string;
  readonly key: string;
}

/** An authority for tests: whoever trusts it trusts what it issues. */
export interface CertificateAuthority {
  readonly authorityFile: string;
  /** The text of that file. */
  readonly authorities: string;
  /**
   * Issue a certificate.
   *
   * @param name  Its common name: for etcd that of a user.
   * @param names  What a server is reached by. @default localhost and 127.0.0.1
   */
  issue(
    name: string,
    options?: { readonly names?: readonly string[]; readonly isExpired?: boolean },
  ): Promise<IssuedCertificate>;
  /** Remove its files. */
  remove(): void;
}

/** What a server with TLS shows and trusts. */
export interface ServerTls {
  readonly authority: CertificateAuthority;
  readonly server: IssuedCertificate;
  /** Clients have to show a certificate of the authority. @default false */
  readonly needsClients?: boolean;
}

/**
 * Make an authority with openssl, in a folder of its own.
 *
 * @throws tool-missing when openssl is not installed.
 */
export async function createAuthority(): Promise<CertificateAuthority> {
  const directory = mkdtempSync(join(tmpdir(), 'heddle-certificates-'));
  const authorityFile = join(directory, 'ca.pem');
  const authorityKey = join(directory, 'ca.key');
  await openssl(
    ['req', '-x509', ...newKey(authorityKey), '-subj', '/CN=Authority of a test', '-days', '2', '-out', authorityFile],
    directory,
  );
  let issued = 0;
  return {
    authorityFile,
    authorities: readFileSync(authorityFile, 'utf8'),
    async issue(name, { names = ['DNS:localhost', 'IP:127.0.0.1'], isExpired = false } = {}) {
      issued += 1;
      const folder = join(directory, String(issued));
      mkdirSync(folder);
      const [keyFile, request, certificateFile] = ['key.pem', 'request.pem', 'certificate.pem'].map((file) =>
        join(folder, file),
      ) as [string, string, string];
      const extensions = join(folder, 'extensions');
      writeFileSync(extensions, `subjectAltName=${names.join(',')}\nextendedKeyUsage=serverAuth,clientAuth\n`);
      await openssl(['req', ...newKey(keyFile), '-subj', `/CN=${name}`, '-out', request], directory);
      const days = isExpired ? '-1' : '2';
      const by = ['-CA', authorityFile, '-CAkey', authorityKey, '-CAcreateserial'];
      const words = ['x509', '-req', '-in', request, ...by, '-days', days, '-extfile', extensions];
      await openssl([...words, '-out', certificateFile], directory);
      const [certificate, key] = [readFileSync(certificateFile, 'utf8'), readFileSync(keyFile, 'utf8')];
      return { certificateFile, keyFile, certificate, key };
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** An elliptic curve: a thousandth of the work of RSA. PKCS #8, which Java reads too. */
function newKey(file: string): readonly string[] {
  return ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', file];
}

async function openssl(words: readonly string[], directory: string): Promise<void> {
  const result = await execa('openssl', words, { cwd: directory, reject: false, stdin: 'ignore' });
  if (result.code === 'ENOENT') {
    throw new HeddleError('tool-missing', 'openssl is not installed', { next: ['apt-get install openssl'] });
  }
  if (result.failed) throw new HeddleError('unexpected', `openssl ${words[0]}: ${result.stderr}`);
}
