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
  const kept = new KeptValues(directory, 'chef');
  expect(await kept.values()).toEqual([]);
  await Promise.all([
    kept.keep([{ path: ['password'], value: 'w' }]),
    kept.keep([{ path: ['mysql', 'keys'], value: { a: ['b'] } }]),
    kept.keep([
      { path: ['password'], value: 'x' },
      { path: ['token'], value: 'y' },
    ]),
  ]);
  await kept.drop([['token'], ['mysql']]);
  expect(await new KeptValues(directory, 'chef').values()).toEqual([
    { path: ['mysql', 'keys'], value: { a: ['b'] } },
    { path: ['password'], value: 'x' },
  ]);
  expect((await stat(join(directory, 'kept/chef.json'))).mode & 0o777).toBe(0o600);
  expect((await stat(join(directory, 'kept'))).mode & 0o777).toBe(0o700);
  expect(await new KeptValues(directory, 'other').values()).toEqual([]);
});

it('of values within one another the younger one counts', async () => {
  const kept = new KeptValues(await folder(), 'chef');
  await kept.keep([{ path: ['mysql'], value: { password: 'old', port: 1 } }]);
  await kept.keep([{ path: ['mysql', 'password'], value: 'new' }]);
  expect(await kept.values()).toEqual([
    { path: ['mysql', 'password'], value: 'new' },
    { path: ['mysql'], value: { password: 'old', port: 1 } },
  ]);
  await kept.keep([{ path: ['mysql'], value: { password: 'newest' } }]);
  expect(await kept.values()).toEqual([{ path: ['mysql'], value: { password: 'newest' } }]);
});

it('where nothing is kept there is no file', async () => {
  const directory = await folder();
  await new KeptValues(directory, 'chef').drop([['password']]);
  await expect(stat(join(directory, 'kept'))).rejects.toThrow('ENOENT');
});

it.each(['[{"path": ["password"], "value": "x"', '{"password": "x"}'])(
  'a file that cannot be read is an error, and stays as it is: %s',
  async (text) => {
    const directory = await folder();
    await mkdir(join(directory, 'kept'));
    await writeFile(join(directory, 'kept/chef.json'), text);
    const kept = new KeptValues(directory, 'chef');
    await expect(kept.values()).rejects.toThrow('kept/chef.json');
    await expect(kept.keep([{ path: ['password'], value: 'y' }])).rejects.toThrow('kept/chef.json');
    expect(await readFile(join(directory, 'kept/chef.json'), 'utf8')).toBe(text);
  },
);
