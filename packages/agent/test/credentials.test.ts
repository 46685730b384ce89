import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { readCredentials } from '../src/stores/credentials.ts';
import { writeCredentials } from '../src/stores/credentials-file.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heddle-credentials-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

const granted = {
  deployment: 'shop',
  epoch: '3',
  credentials: new Map([
    ['db', { user: 'shop.3.db', password: 'p-db', grant: { sets: ['all'] } }],
    ['web-0', { user: 'shop.3.web-0', password: 'p-web' }],
  ]),
};

describe('the credentials of a node', () => {
  it('are what the store made for it, when its agent reads the file', async () => {
    const files = await writeCredentials(folder, granted);
    expect([...files]).toEqual([
      ['db', join(folder, '3/db.json')],
      ['web-0', join(folder, '3/web-0.json')],
    ]);
    for (const [node, file] of files) {
      expect(await readCredentials({ HEDDLE_STORE_CREDENTIALS_FILE: file })).toEqual(granted.credentials.get(node));
    }
  });

  it('are readable by nobody else, also where a file was that others could read', async () => {
    const [first] = (await writeCredentials(folder, granted)).values();
    await rm(first ?? '');
    await writeFile(first ?? '', 'open to all', { mode: 0o644 });
    const files = await writeCredentials(folder, granted);
    for (const file of files.values()) expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, '3'))).mode & 0o777).toBe(0o700);
    expect(await readFile(first ?? '', 'utf8')).not.toContain('open to all');
  });

  it('win over a user and a password in the environment', async () => {
    const file = (await writeCredentials(folder, granted)).get('db');
    const environment = {
      HEDDLE_STORE_CREDENTIALS_FILE: file,
      HEDDLE_STORE_USER: 'root',
      HEDDLE_STORE_PASSWORD: 'other',
    };
    expect(await readCredentials(environment)).toMatchObject({ user: 'shop.3.db' });
  });

  it.each([
    ['a file that is not there', undefined, 'the credentials cannot be read: ENOENT'],
    ['a file that is no JSON', 'secret-word: yes', 'holds no credentials of a node'],
    [
      'a file of another version',
      '{"heddleCredentials":2,"user":"u","password":"secret-word"}',
      'holds no credentials',
    ],
    ['a file without a password', '{"heddleCredentials":1,"user":"secret-word"}', 'holds no credentials'],
  ])('are refused in %s, and nothing of it is quoted', async (_case, text, message) => {
    const file = join(folder, 'node.json');
    if (text !== undefined) await writeFile(file, text);
    const error = await readCredentials({ HEDDLE_STORE_CREDENTIALS_FILE: file }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'config-invalid', message: expect.stringContaining(message) });
    expect(JSON.stringify(error)).not.toContain('secret-word');
    expect(String(error)).toContain(file);
  });
});

it('a password file that cannot be read is an error that says what to do', async () => {
  const read = readCredentials({ HEDDLE_STORE_USER: 'joe', HEDDLE_STORE_PASSWORD_FILE: '/none/password' });
  await expect(read).rejects.toMatchObject({
    code: 'config-invalid',
    message: expect.stringContaining('HEDDLE_STORE_PASSWORD_FILE: ENOENT'),
    next: ['set HEDDLE_STORE_PASSWORD_FILE to a file that holds the password and that this user may read'],
  });
});
