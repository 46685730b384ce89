import { once } from 'node:events';
import { statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent as Connections, type IncomingMessage, type RequestOptions, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HeddleError } from '@heddle/core';
import { expect, it, onTestFinished } from 'vitest';
import { createHttpServer, type Route } from '../src/socket/http-server.ts';

const mebibyte = 1024 * 1024;

/** Tells what it was asked. */
const echo: Route = { method: 'POST', path: '/v1/names/:name/echo', handle: ({ params, body }) => ({ params, body }) };

async function serve(...routes: Route[]): Promise<{ socketPath: string; close: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'heddle-http-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const socketPath = join(directory, 'agent.sock');
  const server = createHttpServer(routes, (error) => {
    throw error;
  });
  await server.listen(socketPath);
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= server.close();
    return closing;
  };
  onTestFinished(close);
  return { socketPath, close };
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly json: unknown;
}

/** Send these pieces, and with `isWhole` the end; resolves when all of the answer is there. */
function ask(options: RequestOptions, pieces: readonly (string | Buffer)[] = [], isWhole = true): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(options, async (response) => {
      const text = (await response.toArray()).join('');
      sent.destroy();
      resolve({ status: response.statusCode, headers: response.headers, json: JSON.parse(text) });
    });
    sent.once('error', reject);
    for (const piece of pieces) sent.write(piece);
    if (isWhole) sent.end();
    else sent.flushHeaders();
  });
}

it('a body is read as JSON in UTF-8 whatever its content type, and wherever its pieces end', async () => {
  const { socketPath } = await serve(echo);
  const text = Buffer.from('{"word":"Wörter"}');
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await ask({ socketPath, method: 'POST', path: '/v1/names/a/echo?x=1', headers }, [
    text.subarray(0, 11),
    text.subarray(11),
  ]);
  expect(answer).toMatchObject({ status: 200, json: { params: { name: 'a' }, body: { word: 'Wörter' } } });
  expect(answer.headers).toMatchObject({ 'content-type': 'application/json; charset=utf-8' });
});

it('a request without a body has an empty map as its body', async () => {
  const { socketPath } = await serve(echo);
  const { json } = await ask({ socketPath, method: 'POST', path: '/v1/names/a/echo' });
  expect(json).toEqual({ params: { name: 'a' }, body: {} });
});

it('a segment of the path is decoded', async () => {
  const { socketPath } = await serve(echo);
  const { json } = await ask({ socketPath, method: 'POST', path: '/v1/names/a%20b%2Fc/echo' });
  expect(json).toMatchObject({ params: { name: 'a b/c' } });
});

it.each([
  ['POST', '/v1/names/a'],
  ['GET', '/v1/names/a/echo'],
  ['POST', '/v1/names/a/b/echo'],
  ['POST', '/v1/names//echo'],
  ['POST', '/v1/names/%zz/echo'],
])('%s %s is no route', async (method, path) => {
  const { socketPath } = await serve(echo);
  const { status, json } = await ask({ socketPath, method, path });
  expect(status).toBe(404);
  expect(json).toMatchObject({ error: { code: 'not-found', message: `no such route: ${method} ${path}` } });
});

it('what a route throws is answered with its code and the status that goes with it', async () => {
  const { socketPath } = await serve({
    method: 'GET',
    path: '/v1/late',
    handle: () => Promise.reject(new HeddleError('wait-timeout', 'it did not come')),
  });
  const { status, json } = await ask({ socketPath, path: '/v1/late' });
  expect(status).toBe(504);
  expect(json).toMatchObject({ error: { code: 'wait-timeout', message: 'it did not come', exitCode: 20 } });
});

it('a body of 8 MiB is taken', async () => {
  const { socketPath } = await serve({
    method: 'POST',
    path: '/v1/size',
    handle: ({ body }) => ({ length: String(body).length }),
  });
  const { json } = await ask({ socketPath, method: 'POST', path: '/v1/size' }, [`"${'x'.repeat(8 * mebibyte - 2)}"`]);
  expect(json).toEqual({ length: 8 * mebibyte - 2 });
});

it.each([
  ['one that says so is refused before it is sent', { 'content-length': 8 * mebibyte + 1 }, []],
  [
    'one that does not is refused as soon as it is',
    { 'transfer-encoding': 'chunked' },
    [Buffer.alloc(8 * mebibyte + 1)],
  ],
])('a larger body: %s, and its connection is closed', async (_how, headers, pieces) => {
  const { socketPath } = await serve(echo);
  const answer = await ask({ socketPath, method: 'POST', path: '/v1/names/a/echo', headers }, pieces, false);
  expect(answer.status).toBe(413);
  expect(answer.headers.connection).toBe('close');
  expect(answer.json).toMatchObject({
    error: { code: 'too-large', message: `a request may have at most ${8 * mebibyte} bytes` },
  });
});

/** Send a whole request before anything of the answer is read, as most programs do. Rejects when it cannot be sent. */
async function askBlindly(socketPath: string, head: string, pieces: Iterable<Buffer>): Promise<string> {
  const socket = connect(socketPath);
  onTestFinished(() => void socket.destroy());
  socket.pause();
  const send = (piece: string | Buffer) =>
    new Promise<void>((resolve, reject) => socket.write(piece, (error) => (error ? reject(error) : resolve())));
  const failed = once(socket, 'error').then(([error]) => Promise.reject(error as Error));
  const sent = async () => {
    await send(`POST /v1/names/a/echo HTTP/1.1\r\nhost: agent\r\n${head}\r\n\r\n`);
    for (const piece of pieces) await send(piece);
  };
  await Promise.race([sent(), failed]);
  return (await Promise.race([socket.toArray(), failed])).join('');
}

it.each([
  [
    'says how long its body is',
    `content-length: ${9 * mebibyte}`,
    Array.from({ length: 9 }, () => Buffer.alloc(mebibyte, 'x')),
  ],
  [
    'does not',
    'transfer-encoding: chunked',
    [
      ...Array.from({ length: 9 }, () => Buffer.from(`100000\r\n${'x'.repeat(mebibyte)}\r\n`)),
      Buffer.from('0\r\n\r\n'),
    ],
  ],
])(
  'a client that sends all of a body that is too large before it reads gets the answer: one that %s',
  async (_how, head, pieces) => {
    const { socketPath } = await serve(echo);
    const answer = await askBlindly(socketPath, head, pieces);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('"code":"too-large"');
  },
);

it('a client that goes on and on with a body that is too large is cut off', async () => {
  const { socketPath } = await serve(echo);
  let sentMebibytes = 0;
  function* endless(): Iterable<Buffer> {
    for (; sentMebibytes < 256; sentMebibytes += 1) yield Buffer.alloc(mebibyte);
  }
  await expect(askBlindly(socketPath, `content-length: ${512 * mebibyte}`, endless())).rejects.toMatchObject({
    code: expect.stringMatching(/^(?:EPIPE|ECONNRESET)$/),
  });
  expect(sentMebibytes).toBeGreaterThanOrEqual(64);
  expect(sentMebibytes).toBeLessThan(128);
});

it("a socket is its owner's alone from its beginning, whatever the umask, which stays as it is", async () => {
  const directory = await mkdtemp(join(tmpdir(), 'heddle-http-'));
  const umask = process.umask(0);
  onTestFinished(async () => {
    process.umask(umask);
    await rm(directory, { recursive: true, force: true });
  });
  const socketPath = join(directory, 'agent.sock');
  const server = createHttpServer([echo], () => undefined);
  const listening = server.listen(socketPath);
  // Before anything else can run in this process.
  const { mode } = statSync(socketPath);
  expect(process.umask()).toBe(0);
  await listening;
  await server.close();
  expect(mode & 0o077).toBe(0);
});

it('a connection takes one request after another', async () => {
  const { socketPath } = await serve(echo);
  const agent = new Connections({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  const ports: unknown[] = [];
  agent.on('free', (socket) => ports.push(socket));
  for (const path of ['/v1/names/a/echo', '/v1/none', '/v1/names/b/echo']) {
    await new Promise<void>((resolve, reject) => {
      const sent = request({ socketPath, agent, method: 'POST', path }, (response) => {
        response.resume();
        response.once('end', resolve);
      });
      sent.once('error', reject);
      sent.end('{}');
    });
  }
  expect(new Set(ports).size).toBe(1);
});

it('an open exchange is cut off when the server closes', async () => {
  let begun: () => void = () => undefined;
  const isOpen = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const { socketPath, close } = await serve({
    method: 'GET',
    path: '/v1/wait',
    handle() {
      begun();
      return new Promise(() => undefined);
    },
  });
  const answer = ask({ socketPath, path: '/v1/wait' });
  const refused = expect(answer).rejects.toMatchObject({ code: 'ECONNRESET' });
  await isOpen;
  await close();
  await refused;
});
