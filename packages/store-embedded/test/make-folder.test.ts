import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { makeFolder } from '../src/make-folder.ts';

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-folder-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

it('a folder is made with those above it, all with the mode, and the first of them is told', () => {
  const folder = temporaryFolder();
  expect(makeFolder(join(folder, 'a/b/c'), 0o700)).toBe(join(folder, 'a'));
  expect(['a', 'a/b', 'a/b/c'].map((name) => statSync(join(folder, name)).mode & 0o777)).toEqual([0o700, 0o700, 0o700]);
  expect(makeFolder(join(folder, 'a/b/c'), 0o755)).toBeUndefined();
  expect(statSync(join(folder, 'a/b/c')).mode & 0o777).toBe(0o700);
});

it('a folder that is a link to one is there', () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'real'));
  symlinkSync('real', join(folder, 'link'));
  expect(makeFolder(join(folder, 'link'))).toBeUndefined();
  expect(makeFolder(join(folder, 'link/inside'))).toBe(join(folder, 'link/inside'));
  expect(existsSync(join(folder, 'real/inside'))).toBe(true);
});

it('where the system takes no folder none is made, and the error names the place', () => {
  expect(() => makeFolder('/proc/heddle-none')).toThrowError('no folder can be made in /proc');
  expect(() => makeFolder('/proc/heddle-none/a/b', 0o700)).toThrowError('no folder can be made in /proc');
});

it('a file, or a link to nothing, in the way of a folder is an error', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'file'), '');
  symlinkSync('nowhere', join(folder, 'link'));
  expect(() => makeFolder(join(folder, 'file'))).toThrowError('EEXIST');
  expect(() => makeFolder(join(folder, 'file/a/b'))).toThrowError('ENOTDIR');
  for (const name of ['link', 'link/a']) expect(() => makeFolder(join(folder, name))).toThrowError('EEXIST');
});
