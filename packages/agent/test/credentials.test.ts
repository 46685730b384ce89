import { expect, it } from 'vitest';
import { readCredentials } from '../src/stores/credentials.ts';

it('a password file that cannot be read is an error that says what to do', async () => {
  const read = readCredentials({ HEDDLE_STORE_USER: 'joe', HEDDLE_STORE_PASSWORD_FILE: '/none/password' });
  await expect(read).rejects.toMatchObject({
    code: 'config-invalid',
    message: expect.stringContaining('HEDDLE_STORE_PASSWORD_FILE: ENOENT'),
    next: ['set HEDDLE_STORE_PASSWORD_FILE to a file that holds the password and that this user may read'],
  });
});
