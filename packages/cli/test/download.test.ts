import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
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

/** A server that gives its file to `joe` with the password `s3/cret` only, and says nothing of other users. */
async function guardedServer(): Promise<{ readonly place: string; readonly asked: (string | undefined)[] }> {
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.headers.authorization);
    if (request.url === '/moved') response.writeHead(302, { location: `http://${place}/archive` }).end();
    else if (request.url === '/elsewhere')
      response.writeHead(302, { location: `http://joe:s3%2Fcret@${place}/archive` }).end();
    else if (request.headers.authorization !== basic('joe:s3/cret')) response.writeHead(401).end();
    else response.end('a little text');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const place = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { place, asked };
}

const basic = (user: string): string => `Basic ${Buffer.from(user).toString('base64')}`;

async function fetchText(url: string): Promise<string> {
  const workspace = await Workspace.forTest({});
  const sha256 = createHash('sha256').update('a little text').digest('hex');
  const file = workspace.path('archive');
  await download({ url, sha256, file, maxSizeBytes: 1000, signal: new AbortController().signal });
  return readFile(file, 'utf8');
}

test('user and password of a URL are sent in the header for them, also after a redirect on the same server', async () => {
  const { place } = await guardedServer();
  for (const path of ['archive', 'moved']) {
    expect(await fetchText(`http://joe:s3%2Fcret@${place}/${path}`)).toBe('a little text');
  }
});

test('a redirect to a URL with user and password is followed', async () => {
  const { place } = await guardedServer();
  expect(await fetchText(`http://${place}/elsewhere`)).toBe('a little text');
});

test('a redirect to another server takes no user and password along', async () => {
  const { place, asked } = await guardedServer();
  const server = createServer((_request, response) =>
    response.writeHead(302, { location: `http://${place}/archive` }).end(),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const first = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  await expect(fetchText(`http://joe:s3%2Fcret@${first}/`)).rejects.toMatchObject({ code: 'config-invalid' });
  expect(asked).toEqual([undefined]);
});

test.each(['/nothing-there?sig=hush', '/moved?sig=hush'])(
  'a refused user is told without user, password and query: %s',
  async (path) => {
    const { place } = await guardedServer();
    const error: unknown = await fetchText(`http://joe:hush@${place}${path}`).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'config-invalid', message: expect.stringContaining(`http://${place}/`) });
    expect(JSON.stringify(error)).not.toMatch(/hush|joe/);
  },
);
