import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Json } from '@heddle/core';
import type { Signal, SignalAnswer } from './types.ts';

/** A way to signal: with the token of a handle's user, or with the URL of a CloudFormation handle, which is signed. */
interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly tokenOf: (request: IncomingMessage, query: URLSearchParams) => string | null;
}

const routes: readonly Route[] = [
  {
    method: 'POST',
    path: /^\/v1\/[^/]+\/stacks\/[^/]+\/(?<stackId>[^/]+)\/resources\/(?<resource>[^/]+)\/signal$/,
    tokenOf({ headers }) {
      const token = headers['x-auth-token'];
      return typeof token === 'string' ? token : null;
    },
  },
  {
    method: 'PUT',
    path: /^\/v1\/waitcondition\/arn%3A[^/]+%3Astacks\/[^/]+\/(?<stackId>[^/]+)\/resources\/(?<resource>[^/]+)$/,
    tokenOf: (_request, query) => query.get('Signature'),
  },
];
const maxBodyBytes = 512 * 1024;

/**
 * Answer HTTP requests as Heat's API answers signals, the one thing that a machine asks of it.
 *
 * POST /v1/PROJECT/stacks/NAME/ID/resources/HANDLE/signal with X-Auth-Token, or PUT to the signed URL of a CloudFormation handle; with a JSON body,
 * or without one.
 */
export function signalApi(signal: (signal: Signal) => Promise<SignalAnswer>) {
  const take = async (request: IncomingMessage): Promise<SignalAnswer> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://heat');
    const route = routes.find(({ path }) => path.test(pathname));
    const { stackId = '', resource = '' } = route?.path.exec(pathname)?.groups ?? {};
    if (route === undefined) return { status: 404, error: `there is no ${request.url}` };
    if (request.method !== route.method) return { status: 405, error: `${request.method} is not allowed` };
    const text = await readBody(request);
    if (text === undefined) return { status: 413, error: `more than ${maxBodyBytes} bytes` };
    const details = parse(text);
    if (details === undefined) return { status: 400, error: 'the body is not JSON' };
    return signal({
      stackId: decodeURIComponent(stackId),
      resource: decodeURIComponent(resource),
      token: route.tokenOf(request, searchParams),
      details,
    });
  };
  return (request: IncomingMessage, response: ServerResponse): void => {
    const answer = ({ status, error }: SignalAnswer): void => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(status === 200 ? 'null' : JSON.stringify({ code: status, error: { message: error } }));
    };
    take(request).then(answer, (thrown: unknown) => answer({ status: 500, error: String(thrown) }));
  };
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBodyBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The JSON of a body; an empty one is a signal without details. */
function parse(text: string): Json | undefined {
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text) as Json;
  } catch {
    // The sender is told.
    return undefined;
  }
}
