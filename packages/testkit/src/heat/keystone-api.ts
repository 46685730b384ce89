import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Credentials } from './types.ts';

const maxBodyBytes = 64 * 1024;

/**
 * Answer HTTP requests as Keystone's API gives tokens, the one thing that a machine asks of it.
 *
 * POST /v3/auth/tokens with a user's id and password, and a project; the token is the header X-Subject-Token of the answer.
 */
export function keystoneApi(authenticate: (credentials: Credentials) => Promise<string | undefined>) {
  const take = async (request: IncomingMessage): Promise<{ readonly status: number; readonly token?: string }> => {
    if (request.method !== 'POST' || request.url !== '/v3/auth/tokens') return { status: 404 };
    const credentials = readCredentials(await readBody(request));
    if (credentials === undefined) return { status: 400 };
    const token = await authenticate(credentials);
    return token === undefined ? { status: 401 } : { status: 201, token };
  };
  return (request: IncomingMessage, response: ServerResponse): void => {
    take(request).then(
      ({ status, token }) => {
        response.writeHead(status, token === undefined ? {} : { 'x-subject-token': token });
        response.end();
      },
      () => response.writeHead(500).end(),
    );
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBodyBytes) return '';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function readCredentials(text: string): Credentials | undefined {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    // The sender is told.
    return undefined;
  }
  const found = body as {
    auth?: {
      identity?: { methods?: unknown; password?: { user?: { id?: unknown; password?: unknown } } };
      scope?: { project?: { id?: unknown } };
    };
  } | null;
  const { id, password } = found?.auth?.identity?.password?.user ?? {};
  const project = found?.auth?.scope?.project?.id;
  const isComplete = typeof id === 'string' && typeof password === 'string' && typeof project === 'string';
  return isComplete ? { user: id, password, project } : undefined;
}
