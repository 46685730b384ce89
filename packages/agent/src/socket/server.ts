import { chmod } from 'node:fs/promises';
import { HeddleError, toHeddleError } from '@heddle/core';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { AgentEvent, EventHub } from '../events/events.ts';
import type { Entrance } from '../outside/entrance.ts';
import type { RoleRun } from '../role/role-run.ts';
import { readAwait, readKnock, readPublish, readState } from './bodies.ts';
import { declarationOf, protocolVersion } from './declaration.ts';
import { statusOf } from './error-status.ts';
import { removeSocket } from './remove-socket.ts';

/** What the socket needs of its agent. */
export interface SocketHost {
  readonly deployment: string;
  readonly epoch: string;
  readonly node: string;
  readonly events: EventHub;
  readonly entrance: Entrance;
  /** The role that runs now. */
  activeRun(): RoleRun | undefined;
}

/** A body may hold the largest value and its escapes, in bytes. */
const bodyLimit = 8 * 1024 * 1024;

/**
 * Serve the socket API of `docs/protocol.md` at `path`, mode 0600.
 *
 * @returns A function that stops serving: open waits are cut off.
 */
export async function serveSocket(path: string, host: SocketHost, version: string): Promise<() => Promise<void>> {
  const server = fastify({ bodyLimit, forceCloseConnections: true, routerOptions: { maxParamLength: 200 } });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? {} : JSON.parse(body as string));
    } catch (cause) {
      done(new HeddleError('usage', `the body is not JSON: ${withoutText((cause as Error).message)}`));
    }
  });
  server.setErrorHandler((thrown, _request, reply) => answerError(reply, thrown));
  server.setNotFoundHandler((request, reply) =>
    answerError(
      reply,
      new HeddleError('not-found', `no such route: ${request.method} ${request.url}`, {
        next: ['docs/protocol.md lists the routes'],
      }),
    ),
  );
  addRoutes(server, host, version);
  await removeSocket(path);
  await server.listen({ path });
  await chmod(path, 0o600);
  return async () => {
    await server.close();
    await removeSocket(path);
  };
}

/** The parser quotes the text around the fault, which may be a part of a secret. */
function withoutText(message: string): string {
  return message.replace(/, (?:\.\.\.)?".*$/s, '');
}

function addRoutes(server: FastifyInstance, host: SocketHost, version: string): void {
  const { deployment, epoch, node } = host;
  server.get('/v1/health', async () => ({
    ok: true,
    protocol: protocolVersion,
    version,
    deployment,
    epoch,
    node,
    role: host.activeRun()?.role.name ?? null,
  }));
  server.post('/v1/runs', async (request, reply) => {
    const knock = readKnock(request.body);
    const entry = await host.entrance.knock({ ...knock, left: closedSignal(reply) });
    answerOpenly(reply, { deployment, epoch, node, ...entry });
  });
  server.get('/v1/roles/:role', async (request) => {
    const run = runOf(host, request);
    const { role, id, peers } = run;
    return declarationOf({ deployment, node, role, run: id, peers, kept: await run.kept() });
  });
  server.post('/v1/roles/:role/await', async (request, reply) => {
    const run = runOf(host, request);
    return run.read({ ...readAwait(request.body), signal: closedSignal(reply) });
  });
  server.post('/v1/roles/:role/publish', async (request) => {
    const run = runOf(host, request);
    const { outputs, end } = readPublish(request.body);
    return run.report(outputs, end);
  });
  server.post('/v1/roles/:role/state', async (request, reply) => {
    runOf(host, request).tell(readState(request.body));
    return reply.code(204).send();
  });
  server.get('/v1/events', (_request, reply) => streamEvents(host, reply));
}

function runOf(host: SocketHost, request: FastifyRequest): RoleRun {
  const { role } = request.params as { role: string };
  const run = host.activeRun();
  if (run === undefined || run.role.name !== role) {
    throw new HeddleError('not-found', `role ${role} of ${host.node} does not run now`, {
      next: ['heddle status shows what runs'],
    });
  }
  const mark = request.headers['heddle-run'];
  if (mark !== undefined && mark !== run.id) {
    throw new HeddleError('fenced', `this process belongs to an earlier run of role ${role} of ${host.node}`);
  }
  return run;
}

function closedSignal(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort(new HeddleError('interrupted', 'the reader gave up'));
  });
  return controller.signal;
}

/** Answer with all that there is, and keep the exchange open: its connection lasts as long as the other side's process. */
function answerOpenly(reply: FastifyReply, body: object): void {
  reply.hijack();
  const text = JSON.stringify(body);
  reply.raw.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  reply.raw.write(text);
}

/** A listener that reads too slowly is cut off beyond this many waiting bytes, so that memory stays bounded. */
const mostBufferedBytes = 4 * 1024 * 1024;

function streamEvents(host: SocketHost, reply: FastifyReply): void {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, { 'content-type': 'application/x-ndjson' });
  raw.write(`${JSON.stringify({ type: 'version', version: 1 })}\n`);
  const stop = host.events.listen((event: AgentEvent) => {
    if (event.type === 'output') return;
    raw.write(`${JSON.stringify(event)}\n`);
    if (raw.writableLength > mostBufferedBytes) raw.destroy();
  });
  raw.once('close', stop);
}

function answerError(reply: FastifyReply, thrown: unknown): FastifyReply {
  const error = fastifyError(thrown) ?? toHeddleError(thrown);
  return reply.code(statusOf(error.code)).send({ error: error.toJSON() });
}

function fastifyError(thrown: unknown): HeddleError | undefined {
  const code = (thrown as { code?: string } | undefined)?.code;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new HeddleError('too-large', `a request may have at most ${bodyLimit} bytes`, { cause: thrown });
  }
  return undefined;
}
