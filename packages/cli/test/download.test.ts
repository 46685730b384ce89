import { expect, test } from 'vitest';
import { download } from '../src/boot/download.ts';
import { Workspace } from './support/workspace.ts';

test('a disk without room is told as an error of this machine, with the path: waiting would not help', async () => {
  const workspace = await Workspace.forTest({ archive: 'a little text' });
  const url = `file://${workspace.path('archive')}`;
  const { signal } = new AbortController();
  const end = download({ url, sha256: '0'.repeat(64), file: '/dev/full', maxSizeBytes: 1000, signal });
  await expect(end).rejects.toMatchObject({
    code: 'config-invalid',
    message: expect.stringMatching(/^\/dev\/full cannot be written: ENOSPC/),
    next: ['make room on the disk of this machine'],
  });
});

test('a folder that is not there is told with the path of the file', async () => {
  const workspace = await Workspace.forTest({ archive: 'a little text' });
  const url = `file://${workspace.path('archive')}`;
  const { signal } = new AbortController();
  const file = workspace.path('none/archive');
  const end = download({ url, sha256: '0'.repeat(64), file, maxSizeBytes: 1000, signal });
  await expect(end).rejects.toMatchObject({
    code: 'config-invalid',
    message: expect.stringContaining(`${file} cannot be written: ENOENT`),
  });
});
