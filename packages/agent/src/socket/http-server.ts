import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import { HeddleError, toHeddleError } from '@heddle/core';
import { statusOf } from './error-status.ts';

/** A request whose body has been read. */
export interface ApiRequest {
  /** The segments of the path that the route names with a colon, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
  /** The body as JSON says it; an empty map when there is none. */
  readonly body: unknown;
}

export interface Route {
  readonly method: 'GET' | 'POST';
  /** `/v1/roles/:role/await`. */
  readonly path: string;
  /** Gives what is answered as JSON; undefined when it writes to `reply` itself. */
  handle(request: ApiRequest, reply: ServerResponse): Promise<object | undefined> | object | undefined;
}

export interface HttpServer {
  /** Listen on a Unix socket, which nobody but its owner may use, from its beginning. Rejects when it cannot be made. */
  listen(path: string): Promise<void>;
  /** Take no more connections, and cut those off that are open. */
  close(): Promise<void>;
}

/** A body may hold the largest value and its escapes, in bytes. */
const mostBodyBytes = 8 * 1024 * 1024;

/** What is taken of a body that is refused, in bytes, so that its sender comes to its end and reads why. */
const mostRefusedBytes = 64 * 1024 * 1024;

/** Milliseconds that such a sender may pause. */
const longestPauseMs = 10_000;
/** For how long it may be sent at all. */
const longestRefusalMs = 60_000;

/** Milliseconds that a connection stays open without a request: longer than a script's usual pause. */
const keepAliveMs = 72_000;

/**
 * Serve these routes: bodies are JSON whatever their content type, and so are answers.
 *
 * What a route throws is answered as an error object of `docs/protocol.md`; `too-large` for a body of more than 8 MiB, `usage` for one
 * that is not JSON, `not-found` for any other path.
 *
 * @param notTaken  Told of a connection that could not be taken, for want of file descriptors: it is its caller's error, and the server goes on.
 */
export function createHttpServer(routes: readonly Route[], notTaken: (error: Error) => void): HttpServer {
  const table = routes.map((route) => ({ ...route, pattern: patternOf(route.path) }));

  const answer = async (request: IncomingMessage, reply: ServerResponse): Promise<void> => {
    const [path = ''] = (request.url ?? '').split('?');
    for (const { method, pattern, handle } of table) {
      const groups = method === request.method ? pattern.exec(path) : null;
      if (groups === null) continue;
      const params = decoded(groups.groups ?? {});
      if (params === undefined) break;
      const body = method === 'POST' ? await readBody(request) : {};
      const content = await handle({ params, headers: request.headers, body }, reply);
      if (content !== undefined) sendJson(reply, 200, content);
      return;
    }
    throw new HeddleError('not-found', `no such route: ${request.method} ${request.url}`, {
      next: ['docs/protocol.md lists the routes'],
    });
  };

  const server = createServer((request, reply) => {
    answer(request, reply).catch((thrown: unknown) => {
      const error = toHeddleError(thrown);
      const content = { error: error.toJSON() };
      if (error.code === 'too-large' && !request.complete) refuseBody(request, reply, statusOf(error.code), content);
      else sendJson(reply, statusOf(error.code), content);
    });
  });
  server.keepAliveTimeout = keepAliveMs;
  // A script that is suspended while it sends goes on when it wakes up.
  server.requestTimeout = 0;

  return {
    listen: (path) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        // The socket is made within this call, with the mode that the umask leaves: one that is changed afterwards was open to others until then.
        const umask = process.umask(0o077);
        try {
          server.listen({ path }, () => {
            server.off('error', reject);
            server.on('error', notTaken);
            resolve();
          });
        } finally {
          process.umask(umask);
        }
      }),
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`);
}

/** The segments as they were meant, or undefined when one is not encoded as a URL is. */
function decoded(groups: Readonly<Record<string, string>>): Readonly<Record<string, string>> | undefined {
  try {
    return Object.fromEntries(Object.entries(groups).map(([name, text]) => [name, decodeURIComponent(text)]));
  } catch {
    // Nobody has such a name: the path leads nowhere.
    return undefined;
  }
}

/** Read a body to its end. @throws too-large, as soon as that is known; usage when it is not JSON. */
async function readBody(request: IncomingMessage): Promise<unknown> {
  const text = await readText(request);
  try {
    return text === '' ? {} : (JSON.parse(text) as unknown);
  } catch (cause) {
    throw new HeddleError('usage', `the body is not JSON: ${withoutText((cause as Error).message)}`);
  }
}

function readText(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const tooLarge = (): void =>
      reject(new HeddleError('too-large', `a request may have at most ${mostBodyBytes} bytes`));
    if (Number(request.headers['content-length']) > mostBodyBytes) return tooLarge();
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    const take = (chunk: Buffer): void => {
      sizeBytes += chunk.byteLength;
      chunks.push(chunk);
      if (sizeBytes <= mostBodyBytes) return;
      request.off('data', take);
      chunks.length = 0;
      tooLarge();
    };
    request.on('data', take);
    request.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    request.once('error', reject);
    request.once('close', () => reject(new HeddleError('interrupted', 'the request was cut off')));
  });
}

/** The parser quotes the text around the fault, which may be a part of a secret. */
function withoutText(message: string): string {
  return message.replace(/, (?:\.\.\.)?".*$/s, '');
}

/**
 * Answer a request whose body has not come to its end, and close the connection when it has.
 *
 * A connection that is closed while somebody sends on it is reset, and with it goes the answer that he has not read yet. What comes is read
 * and forgotten, as far as it is bounded.
 */
function refuseBody(request: IncomingMessage, reply: ServerResponse, status: number, content: object): void {
  if (reply.destroyed || reply.headersSent) return;
  const text = JSON.stringify(content);
  reply.shouldKeepAlive = false;
  reply.writeHead(status, headersOf(text));
  // All of the answer, but not its end: that would close the connection.
  reply.write(text);
  const end = (): void => void reply.end();
  let leftBytes = mostRefusedBytes;
  request.on('data', (chunk: Buffer) => {
    leftBytes -= chunk.byteLength;
    if (leftBytes < 0) end();
  });
  request.once('end', end);
  request.once('close', end);
  reply.setTimeout(longestPauseMs, end);
  const last = setTimeout(end, longestRefusalMs);
  request.once('close', () => clearTimeout(last));
}

function sendJson(reply: ServerResponse, status: number, content: object): void {
  // Whoever asked is gone, or has got the beginning of another answer.
  if (reply.destroyed || reply.headersSent) return;
  const text = JSON.stringify(content);
  reply.writeHead(status, headersOf(text)).end(text);
}

function headersOf(text: string): OutgoingHttpHeaders {
  return { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(text) };
}
