import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority } from '@heddle/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readTls } from '../src/stores/tls.ts';

describe('the files of an encrypted connection', () => {
  it('are read from the environment', async () => {
    const authority = await createAuthority();
    onTestFinished(() => authority.remove());
    const { certificateFile, keyFile, certificate, key } = await authority.issue('client');
    const trusted = { HEDDLE_STORE_CA_FILE: authority.authorityFile };
    expect(await readTls(trusted)).toEqual({ authorities: authority.authorities });
    expect(
      await readTls({ ...trusted, HEDDLE_STORE_CERT_FILE: certificateFile, HEDDLE_STORE_KEY_FILE: keyFile }),
    ).toEqual({
      authorities: authority.authorities,
      certificate,
      key,
    });
    expect(await readTls({ HEDDLE_STORE_CA_FILE: '' })).toBeUndefined();
  });

  it('are refused when the key does not belong to the certificate', async () => {
    const authority = await createAuthority();
    onTestFinished(() => authority.remove());
    const [one, other] = [await authority.issue('one'), await authority.issue('other')];
    const environment = { HEDDLE_STORE_CERT_FILE: one.certificateFile, HEDDLE_STORE_KEY_FILE: other.keyFile };
    await expect(readTls(environment)).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.stringContaining('the certificates cannot be used'),
    });
  });

  it('are refused when they cannot be read, are no PEM files, or one of a pair is missing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'heddle-tls-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, 'key');
    await writeFile(file, 'secret-word');
    const refusal = async (environment: NodeJS.ProcessEnv) => {
      const error = await readTls(environment).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'config-invalid' });
      expect(JSON.stringify(error)).not.toContain('secret-word');
      return String(error);
    };
    expect(await refusal({ HEDDLE_STORE_CA_FILE: join(folder, 'none') })).toContain('HEDDLE_STORE_CA_FILE: ENOENT');
    expect(await refusal({ HEDDLE_STORE_CA_FILE: file })).toContain(`${file} is not a PEM file`);
    expect(await refusal({ HEDDLE_STORE_KEY_FILE: file })).toContain(
      'set both HEDDLE_STORE_CERT_FILE and HEDDLE_STORE_KEY_FILE',
    );
  });
});
