import { chmod, lstat, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { BuiltBundle } from '../src/index.ts';
import { blankComments } from '../src/plugins/blank-comments.ts';
import { findHome } from '../src/runtime/home.ts';
import { unpackFiles } from '../src/runtime/unpack-files.ts';
import { Alone, buildInto, temporaryFolder } from './support/alone.ts';

const gem = join(import.meta.dirname, '../../adapter-chef/gem/lib/heddle');

let folder: string;
let built: BuiltBundle;
beforeAll(async () => {
  folder = await temporaryFolder();
  built = await buildInto(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const files = {
  'heddle.yaml':
    'heddle: 1\ndeployment: once\nnodes: { a: { roles: [{ name: one, command: [heddle, --version] }] } }\n',
};

/** Every file below a folder: its path, its number on the disk, its permissions, its text. */
async function look(root: string): Promise<Record<string, { ino: number; mode: number; text: string }>> {
  const names = await readdir(root, { recursive: true });
  const found: Record<string, { ino: number; mode: number; text: string }> = {};
  for (const name of names.sort()) {
    const stats = await lstat(join(root, name));
    if (!stats.isFile()) continue;
    found[name] = { ino: stats.ino, mode: stats.mode & 0o777, text: await readFile(join(root, name), 'utf8') };
  }
  return found;
}

async function up(alone: Alone, ...words: string[]): Promise<void> {
  const result = await alone.heddle(['up', ...words]);
  expect(result, result.stderr + result.stdout).toMatchObject({ exitCode: 0 });
}

describe('what the bundle unpacks', () => {
  test('is a folder named after its sha256, with the shim, itself and a program that starts it', async () => {
    const alone = await Alone.create(built.file, files);
    await up(alone);
    const root = await alone.unpacked();
    expect(root).toBe(join(alone.home, 'bundle', built.sha256));
    const found = await look(root);
    expect(found['heddle.mjs']?.text).toBe(await readFile(built.file, 'utf8'));
    expect(found['bin/heddle']?.mode).toBe(0o755);
    const shim = Object.entries(found).filter(([name]) => name.startsWith('adapter-chef/gem/lib/heddle/'));
    expect(shim.map(([name]) => name.slice('adapter-chef/gem/lib/heddle/'.length))).toEqual(
      Object.keys(await look(gem)),
    );
    for (const [name, { text, mode }] of shim) {
      expect(mode).toBe(0o644);
      const source = await readFile(join(gem, name.slice('adapter-chef/gem/lib/heddle/'.length)), 'utf8');
      expect(text).toBe(blankComments(name, source));
    }
    for (const path of [alone.home, join(alone.home, 'bundle'), root]) expect((await lstat(path)).mode & 0o022).toBe(0);
  });

  test('is written once, and again where it was damaged', async () => {
    const alone = await Alone.create(built.file, files);
    await up(alone);
    const root = await alone.unpacked();
    const first = await look(root);
    await up(alone);
    expect(await look(root)).toEqual(first);

    const damaged = 'adapter-chef/gem/lib/heddle/chef.rb';
    const lost = 'adapter-chef/gem/lib/heddle/client.rb';
    await writeFile(join(root, damaged), (first[damaged]?.text ?? '').replace('e', 'f'));
    await rm(join(root, lost));
    await chmod(join(root, 'bin/heddle'), 0o644);
    await up(alone);
    const repaired = await look(root);
    const withoutNumbers = (all: typeof first) =>
      Object.entries(all).map(([name, { mode, text }]) => [name, mode, text]);
    expect(withoutNumbers(repaired)).toEqual(withoutNumbers(first));
    expect(repaired['heddle.mjs']).toEqual(first['heddle.mjs']);
  });

  test('is whole for every process when several unpack at once', async () => {
    const alone = await Alone.create(built.file, files);
    const names = ['one', 'two', 'three'];
    for (const name of names) {
      await writeFile(join(alone.folder, 'work', `${name}.yaml`), files['heddle.yaml'].replace('once', name));
    }
    await Promise.all(names.map((name) => up(alone, `${name}.yaml`)));
    const found = await look(await alone.unpacked());
    expect(Object.keys(found).filter((name) => name.includes('partial'))).toEqual([]);
  });

  test('is refused where others could change it', async () => {
    const alone = await Alone.create(built.file, files);
    await mkdir(alone.home);
    await chmod(alone.home, 0o777);
    const { exitCode, stderr } = await alone.heddle(['up']);
    expect(exitCode).toBe(25);
    expect(stderr).toContain(
      `[denied] Heddle's own files are not unpacked into ${alone.home}: others than this user may change it`,
    );
  });

  test('cannot be where a file stands, and the error says which variable helps', async () => {
    const alone = await Alone.create(built.file, files);
    await writeFile(alone.home, '');
    const { exitCode, stderr } = await alone.heddle(['up']);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/\[config-invalid\] Heddle's own files cannot be unpacked: [\s\S]*HEDDLE_HOME/);
    expect(() => unpackFiles('/proc/heddle-none/x', '/proc/heddle-none/x/bundle', new Map())).toThrowError(
      "Heddle's own files cannot be unpacked: no folder can be made in /proc",
    );
  });
});

test('a link in the place of a file is replaced, not followed', async () => {
  const home = await temporaryFolder();
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const outside = join(home, 'outside');
  await writeFile(outside, 'theirs');
  await mkdir(join(home, 'bundle'), { mode: 0o755 });
  await symlink(outside, join(home, 'bundle/file'));
  unpackFiles(home, join(home, 'bundle'), new Map([['file', { content: Buffer.from('ours'), isProgram: false }]]));
  expect((await lstat(join(home, 'bundle/file'))).isFile()).toBe(true);
  expect(await readFile(outside, 'utf8')).toBe('theirs');
});

describe('the folder of own files', () => {
  const homeFolder = () => '/home/joe';
  test.each([
    ['is HEDDLE_HOME for everybody', { HEDDLE_HOME: '/srv/h', XDG_CACHE_HOME: '/c' }, 0, '/srv/h'],
    ['is below /var/lib for root', { XDG_CACHE_HOME: '/c' }, 0, '/var/lib/heddle'],
    ['is in the cache of others', { XDG_CACHE_HOME: '/c' }, 1000, '/c/heddle'],
    ['is in ~/.cache without XDG_CACHE_HOME', {}, 1000, '/home/joe/.cache/heddle'],
  ])('%s', (_what, environment, userId, expected) => {
    expect(findHome({ environment, userId, homeFolder })).toBe(expected);
  });

  test('has to be an absolute path', () => {
    expect(() => findHome({ environment: { HEDDLE_HOME: 'x' }, userId: 0, homeFolder })).toThrow(
      expect.objectContaining({ code: 'config-invalid' }),
    );
  });
});
