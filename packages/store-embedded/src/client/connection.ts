import {
  attemptUntil,
  type ConnectionSettings,
  HeddleError,
  isHeddleError,
  type Key,
  type OperationOptions,
  storeClosedError,
  systemClock,
  toHeddleError,
  type Watch,
  type WatchHandler,
  type WatchOptions,
} from '@heddle/core';
import type { Host } from '../host.ts';
import type { ClientMessage, ServerMessage } from '../wire/messages.ts';
import type { Dial } from './dial.ts';
import { type Established, establish } from './establish.ts';
import { type Heartbeat, startHeartbeat } from './heartbeat.ts';
import type { Link } from './link.ts';
import { type Answer, createPendingRequests, type RequestBody } from './pending.ts';
import { createWatchTable } from './watch-table.ts';

const END_TIMEOUT_MS = 2000;

/** A session that outlives its links. */
export interface Connection {
  /** True while the server is in this process and belongs to this connection. */
  readonly isHost: boolean;
  request(body: RequestBody, options: OperationOptions): Promise<Answer>;
  watch(prefix: Key, handler: WatchHandler, options: WatchOptions): Watch;
  close(): Promise<void>;
}

/**
 * Reach a server for the first time. Throws like `attemptUntil`.
 *
 * @param name  Who is to answer, for messages.
 */
export async function openConnection(dial: Dial, name: string, options: ConnectionSettings): Promise<Connection> {
  const connection = createConnection(dial, name, options);
  await connection.start();
  return connection;
}

function createConnection(
  dial: Dial,
  name: string,
  options: ConnectionSettings,
): Connection & { start(): Promise<void> } {
  const { sessionTimeoutMs, connectTimeoutMs } = options;
  const closing = new AbortController();
  let link: Link | undefined;
  let host: Host | undefined;
  let heartbeat: Heartbeat | undefined;
  let session: string | undefined;
  let hasLiveness = false;
  let sequence = 0;
  let problem: unknown;
  let failure: HeddleError | undefined;
  let reconnecting: Promise<void> | undefined;
  let closed: Promise<void> | undefined;

  const send = (message: ClientMessage): boolean => {
    link?.send(message);
    return link !== undefined;
  };
  const pending = createPendingRequests(send, () => (link ? undefined : problem));
  const watches = createWatchTable(send);

  const message = (received: ServerMessage): void => {
    heartbeat?.heard();
    switch (received.type) {
      case 'pong':
        sequence = Math.max(sequence, received.sequence);
        return;
      case 'state':
      case 'gone':
      case 'synced':
        return watches.event(received);
      case 'welcome':
      case 'refused':
        return;
      default:
        if (received.type === 'written') sequence = Math.max(sequence, received.sequence);
        return pending.settle(received);
    }
  };

  const online = (established: Established): void => {
    ({ link, host } = established);
    const { welcome } = established;
    const isReconnect = session !== undefined;
    const isNew = isReconnect && !welcome.resumed;
    session = welcome.session;
    sequence = Math.max(sequence, welcome.sequence);
    if (!link.isLocal) heartbeat = beat(link);
    // A liveness entry that was sent for the old session cannot be repeated: if it was written, it is gone by now.
    const failed = isNew ? pending.fail(sessionLost(), (body, isSent) => isSent && isLiveness(body)) : 0;
    const isSessionLost = isNew && (hasLiveness || failed > 0);
    if (isNew) hasLiveness = false;
    pending.sendAll(sequence);
    watches.restart();
    if (isSessionLost) watches.status('session-lost');
    if (isReconnect) watches.status('up');
  };

  const beat = (on: Link): Heartbeat =>
    startHeartbeat({
      timeoutMs: sessionTimeoutMs,
      ping: () => on.send({ type: 'ping' }),
      dead: () => {
        on.destroy();
        lost(new Error('the server is silent'));
      },
    });

  const offline = (): Host | undefined => {
    const wasHost = host;
    heartbeat?.stop();
    link?.destroy();
    link = undefined;
    host = undefined;
    return wasHost;
  };

  const lost = (reason: Error): void => {
    problem = reason;
    const wasHost = offline();
    // While closing, only a session with something to clean up is worth another link.
    if (closed && !hasLiveness) pending.fail(storeClosedError());
    reconnecting = closed && !hasLiveness ? wasHost?.stop() : reconnect(wasHost);
    watches.status('down');
  };

  const reach = async (signal: AbortSignal, timeoutMs?: number): Promise<Established> => {
    const attempt = (leftMs: number): Promise<Established> => {
      const stepMs = Math.min(leftMs, Math.max(1, sessionTimeoutMs / 3));
      return establish(dial, { message, lost }, { session, sessionTimeoutMs, stepMs, signal });
    };
    const failed = (error: unknown): void => {
      problem = error;
    };
    return attemptUntil(attempt, { clock: systemClock, signal, timeoutMs, name, failed });
  };

  const reconnect = async (wasHost: Host | undefined): Promise<void> => {
    const { signal } = closing;
    let established: Established;
    try {
      await wasHost?.stop();
      // While the store is open somebody may count on its session, so only `close` ends the attempts; they are paced.
      established = await reach(signal);
    } catch (error) {
      if (signal.aborted) return;
      failure = toHeddleError(error);
      pending.fail(failure);
      watches.fail(failure);
      return;
    }
    if (!signal.aborted) return online(established);
    established.link.destroy();
    await established.host?.stop();
  };

  const putLiveness = async (body: RequestBody, operation: OperationOptions): Promise<Answer> => {
    try {
      const answer = await pending.add(body, operation, sequence);
      if (answer.kind === 'written') hasLiveness = true;
      return answer;
    } catch (error) {
      if (isHeddleError(error) && error.code === 'ambiguous') hasLiveness = true;
      throw error;
    }
  };

  const shut = async (): Promise<void> => {
    pending.fail(storeClosedError());
    watches.close();
    if (!failure && (link || hasLiveness)) {
      // When no server can be told in time, the session ends by itself after its timeout.
      await pending.add({ type: 'end' }, { timeoutMs: END_TIMEOUT_MS }, sequence).catch(() => undefined);
    }
    closing.abort(storeClosedError());
    const wasHost = offline();
    await reconnecting;
    await wasHost?.stop();
  };

  return {
    get isHost() {
      return host !== undefined;
    },
    async start() {
      const { signal = closing.signal } = options;
      online(await reach(signal, connectTimeoutMs).catch((error: unknown) => Promise.reject(openError(error, signal))));
    },
    request(body, operation) {
      if (closed) return Promise.reject(storeClosedError());
      if (failure) return Promise.reject(failure);
      return isLiveness(body) ? putLiveness(body, operation) : pending.add(body, operation, sequence);
    },
    watch(prefix, handler, options) {
      if (closed) throw storeClosedError();
      return watches.add(prefix, handler, options, () => link !== undefined);
    },
    close() {
      closed ??= shut();
      return closed;
    },
  };
}

function isLiveness(body: RequestBody): boolean {
  return body.type === 'put' && body.liveness;
}

function sessionLost(): HeddleError {
  const text = 'the store session ended while the store was out of reach; its liveness entries are gone';
  return new HeddleError('session-lost', text);
}

function openError(error: unknown, signal: AbortSignal): unknown {
  return signal.aborted ? new HeddleError('interrupted', 'opening the store was cancelled', { cause: error }) : error;
}
