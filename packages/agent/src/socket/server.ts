import { chmod } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { HeddleError } from '@heddle/core';
import type { AgentEvent, EventHub } from '../events/events.ts';
import type { Entrance } from '../outside/entrance.ts';
import type { RoleRun } from '../role/role-run.ts';
import { readAwait, readKnock, readPublish, readState } from './bodies.ts';
import { declarationOf, protocolVersion } from './declaration.ts';
import { type ApiRequest, createHttpServer, type Route } from './http-server.ts';
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

/**
 * Serve the socket API of `docs/protocol.md` at `path`, mode 0600.
 *
 * @returns A function that stops serving: open waits are cut off.
 */
export async function serveSocket(path: string, host: SocketHost, version: string): Promise<() => Promise<void>> {
  const server = createHttpServer(routesOf(host, version), ({ message }) =>
    host.events.emit({ type: 'warning', message: `a caller of the agent's socket was not heard: ${message}` }),
  );
  await removeSocket(path);
  await server.listen(path);
  await chmod(path, 0o600);
  return async () => {
    await server.close();
    await removeSocket(path);
  };
}

function routesOf(host: SocketHost, version: string): readonly Route[] {
  const { deployment, epoch, node } = host;
  return [
    {
      method: 'GET',
      path: '/v1/health',
      handle() {
        const role = host.activeRun()?.role.name ?? null;
        return { ok: true, protocol: protocolVersion, version, deployment, epoch, node, role };
      },
    },
    {
      method: 'POST',
      path: '/v1/runs',
      async handle({ body }, reply) {
        const entry = await host.entrance.knock({ ...readKnock(body), left: closedSignal(reply) });
        answerOpenly(reply, { deployment, epoch, node, ...entry });
        return undefined;
      },
    },
    {
      method: 'GET',
      path: '/v1/roles/:role',
      async handle(request) {
        const run = runOf(host, request);
        const { role, id, peers } = run;
        return declarationOf({ deployment, node, role, run: id, peers, kept: await run.kept() });
      },
    },
    {
      method: 'POST',
      path: '/v1/roles/:role/await',
      handle(request, reply) {
        const run = runOf(host, request);
        return run.read({ ...readAwait(request.body), signal: closedSignal(reply) });
      },
    },
    {
      method: 'POST',
      path: '/v1/roles/:role/publish',
      handle(request) {
        const run = runOf(host, request);
        const { outputs, end } = readPublish(request.body);
        return run.report(outputs, end);
      },
    },
    {
      method: 'POST',
      path: '/v1/roles/:role/state',
      handle(request, reply) {
        runOf(host, request).tell(readState(request.body));
        reply.writeHead(204).end();
        return undefined;
      },
    },
    {
      method: 'GET',
      path: '/v1/events',
      handle(_request, reply) {
        streamEvents(host, reply);
        return undefined;
      },
    },
  ];
}

function runOf(host: SocketHost, { params, headers }: ApiRequest): RoleRun {
  const role = params['role'] ?? '';
  const run = host.activeRun();
  if (run === undefined || run.role.name !== role) {
    throw new HeddleError('not-found', `role ${role} of ${host.node} does not run now`, {
      next: ['heddle status shows what runs'],
    });
  }
  const mark = headers['heddle-run'];
  if (mark !== undefined && mark !== run.id) {
    throw new HeddleError('fenced', `this process belongs to an earlier run of role ${role} of ${host.node}`);
  }
  return run;
}

function closedSignal(reply: ServerResponse): AbortSignal {
  const controller = new AbortController();
  const close = (): void => {
    if (!reply.writableFinished) controller.abort(new HeddleError('interrupted', 'the reader gave up'));
  };
  if (reply.destroyed) close();
  else reply.once('close', close);
  return controller.signal;
}

/** Answer with all that there is, and keep the exchange open: its connection lasts as long as the other side's process. */
function answerOpenly(reply: ServerResponse, body: object): void {
  const text = JSON.stringify(body);
  reply.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  reply.write(text);
}

/** A listener that reads too slowly is cut off beyond this many waiting bytes, so that memory stays bounded. */
const mostBufferedBytes = 4 * 1024 * 1024;

function streamEvents(host: SocketHost, reply: ServerResponse): void {
  reply.writeHead(200, { 'content-type': 'application/x-ndjson' });
  reply.write(`${JSON.stringify({ type: 'version', version: 1 })}\n`);
  const stop = host.events.listen((event: AgentEvent) => {
    if (event.type === 'output') return;
    reply.write(`${JSON.stringify(event)}\n`);
    if (reply.writableLength > mostBufferedBytes) reply.destroy();
  });
  reply.once('close', stop);
}
