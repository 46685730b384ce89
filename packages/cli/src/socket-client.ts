import { type IncomingMessage, request } from 'node:http';
import { lazyError } from './lazy-error.ts';

/** The role that this process belongs to, and the socket of its agent. */
export interface RoleSocket {
  readonly path: string;
  readonly role: string;
  /** The run that this process belongs to; an agent refuses processes of an earlier run. */
  readonly run: string | undefined;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/**
 * Find the agent's socket in the environment; undefined outside a role.
 *
 * @throws usage when only a part of the environment is there.
 */
export async function findRoleSocket(environment: NodeJS.ProcessEnv = process.env): Promise<RoleSocket | undefined> {
  const path = environment['HEDDLE_SOCKET'];
  const role = environment['HEDDLE_ROLE'];
  if (path === undefined || path === '') return undefined;
  if (role !== undefined && role !== '') return { path, role, run: environment['HEDDLE_RUN'] };
  throw await lazyError('usage', 'HEDDLE_SOCKET is set but HEDDLE_ROLE is not, so nobody can say which role asks', {
    next: ['hand on all variables whose names begin with HEDDLE_, or unset HEDDLE_SOCKET'],
  });
}

/**
 * Send one request of `docs/protocol.md` for the role and return the body of the answer; it may take as long as a wait.
 *
 * Node's own client does this: loading undici takes 100 ms, more than all the rest of `heddle get`.
 * @throws The agent's error; agent-gone when the connection cannot be made or ends without an answer.
 */
export async function callAgent<T>(socket: RoleSocket, route: 'await' | 'publish' | 'state', body: object): Promise<T> {
  let answer: Answer;
  try {
    answer = await post(socket, `/v1/roles/${encodeURIComponent(socket.role)}/${route}`, JSON.stringify(body));
  } catch (cause) {
    throw await lazyError(
      (cause as NodeJS.ErrnoException).code === 'EACCES' ? 'denied' : 'agent-gone',
      `the agent of role ${socket.role} does not answer at ${socket.path}: ${(cause as Error).message}`,
      { cause, next: ['heddle status  shows what became of the role; stop this run, do not go on without the value'] },
    );
  }
  // There is nothing to answer to a state.
  if (answer.status === 204) return undefined as T;
  const data = parse(answer.text);
  if (answer.status >= 200 && answer.status < 300 && data !== undefined) return data as T;
  const { error } = (data ?? {}) as { error?: unknown };
  if (error !== undefined) throw (await import('./lazy-core.ts')).errorFromData(error);
  throw await lazyError(
    'unexpected',
    `the agent at ${socket.path} answered ${answer.status} to ${route} without a body that can be read`,
  );
}

function post({ path, run }: RoleSocket, route: string, body: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      ...(run === undefined ? {} : { 'heddle-run': run }),
    };
    const sent = request({ socketPath: path, host: 'heddle', path: route, method: 'POST', headers, agent: false });
    sent.once('error', reject);
    sent.once('response', (response: IncomingMessage) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    sent.end(body);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
