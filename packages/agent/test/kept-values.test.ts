import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { KeptValues } from '../src/role/kept-values.ts';

async function folder(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'heddle-kept-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

it('what a run keeps, the next one finds, in a file that only its owner reads', async () => {
  const directory = await folder();
  const kept = new KeptValues(directory, 'mysql');
  expect(await kept.values()).toEqual(new Map());
  await Promise.all([
    kept.update(new Map([['password', 'x']])),
    kept.update(new Map([['keys', { a: ['b'] }]])),
    kept.update(new Map([['token', 'y']])),
  ]);
  await kept.update(new Map([['token', undefined]]));
  const next = await new KeptValues(directory, 'mysql').values();
  expect(Object.fromEntries(next)).toEqual({ password: 'x', keys: { a: ['b'] } });
  expect((await stat(join(directory, 'kept/mysql.json'))).mode & 0o777).toBe(0o600);
  expect((await stat(join(directory, 'kept'))).mode & 0o777).toBe(0o700);
  expect(await new KeptValues(directory, 'other').values()).toEqual(new Map());
});

it('a role that keeps nothing has no file', async () => {
  const directory = await folder();
  await new KeptValues(directory, 'mysql').update(new Map([['password', undefined]]));
  await expect(stat(join(directory, 'kept'))).rejects.toThrow('ENOENT');
});

it('a file that cannot be read is an error, and stays as it is', async () => {
  const directory = await folder();
  await mkdir(join(directory, 'kept'));
  await writeFile(join(directory, 'kept/mysql.json'), '{"password": "x');
  const kept = new KeptValues(directory, 'mysql');
  await expect(kept.values()).rejects.toThrow('kept/mysql.json');
  await expect(kept.update(new Map([['password', 'y']]))).rejects.toThrow('kept/mysql.json');
  expect(await readFile(join(directory, 'kept/mysql.json'), 'utf8')).toBe('{"password": "x');
});
