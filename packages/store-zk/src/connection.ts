import {
  attemptUntil,
  type ConnectionSettings,
  countRefusals,
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
import { type Established, establish } from './establish.ts';
import { type Heartbeat, startHeartbeat } from './heartbeat.ts';
import { nodePath } from './layout.ts';
import type { Link, LinkOptions, Session } from './link.ts';
import { createOperations, type Operation } from './operations.ts';
import type { ServerAddress } from './url.ts';
import { createWatchTable } from './watch/watch-table.ts';

const END_TIMEOUT_MS = 2000;
/** The part of a session's timeout that one attempt to reach one server may take. */
const ATTEMPT_PART = 3;

/** A session that outlives its links. */
export interface Connection {
  /** Whether the server may lag behind what another one has acknowledged. */
  readonly needsBarrier: boolean;
  /** Do something on the link, and again on the next one if it is lost meanwhile. */
  perform<T>(operation: Operation<T>, options: OperationOptions): Promise<T>;
  /** The same for a write of a liveness entry. */
  performLiveness<T>(operation: Operation<T>, options: OperationOptions, isWritten: (value: T) => boolean): Promise<T>;
  watch(prefix: Key, handler: WatchHandler, options: WatchOptions): Watch;
  close(): Promise<void>;
}

/** Where to connect, and as whom. */
export interface ConnectionTarget extends Pick<LinkOptions, 'identities' | 'granted' | 'tls'> {
  readonly servers: readonly ServerAddress[];
  /** Without a slash at its end. */
  readonly root: string;
  /** What a node may read, to see that its rights hold; undefined for who may read the root. */
  readonly proof: string | undefined;
  /** The store URL without its secrets, for messages. */
  readonly shown: string;
}

/**
 * Reach a server for the first time.
 * @throws unavailable, denied, interrupted.
 */
export async function openConnection(url: ConnectionTarget, options: ConnectionSettings): Promise<Connection> {
  const connection = createConnection(url, options);
  await connection.start();
  return connection;
}

function createConnection(url: ConnectionTarget, options: ConnectionSettings): Connection & { start(): Promise<void> } {
  const { servers, root, identities, granted = [], proof, tls, shown } = url;
  const closing = new AbortController();
  const refusals = countRefusals(servers.length);
  let nextServer = Math.floor(Math.random() * servers.length);
  let link: Link | undefined;
  let needsBarrier = true;
  let session: Session | undefined;
  let heartbeat: Heartbeat | undefined;
  let hasLiveness = false;
  let livenessWrites = 0;
  let isLivenessLost = false;
  let problem: unknown;
  let failure: HeddleError | undefined;
  let reconnecting: Promise<void> | undefined;
  let closed: Promise<void> | undefined;

  const operations = createOperations(
    () => link,
    () => problem,
  );
  const watches = createWatchTable({
    root,
    barrierPath: barrierPathOf(url),
    link: () => link,
    needsBarrier: () => needsBarrier,
  });

  const online = ({ link: established, isInEnsemble }: Established, isReconnect: boolean): void => {
    link = established;
    needsBarrier = isInEnsemble;
    session = established.session;
    heartbeat = startHeartbeat({
      timeoutMs: session.timeoutMs,
      ping: () => (proof === undefined ? established.exists('/') : askRights(established, proof)),
      heardMs: () => established.heardMs,
      dead: () => established.destroy(new HeddleError('unavailable', 'the server is silent')),
    });
    operations.resume(established);
    watches.start(established);
    if (isLivenessLost) watches.status('session-lost');
    isLivenessLost = false;
    if (isReconnect) watches.status('up');
  };

  const offline = (): void => {
    heartbeat?.stop();
    link = undefined;
    watches.stop();
  };

  const lost = (reason: Error): void => {
    problem = reason;
    offline();
    if (closed) return;
    watches.status('down');
    reconnecting = reconnect();
  };

  const reach = (signal: AbortSignal, timeoutMs?: number): Promise<Established> => {
    const attempt = async (leftMs: number): Promise<Established> => {
      const server = servers[nextServer % servers.length];
      if (!server) throw new HeddleError('unexpected', 'a store URL without a server');
      nextServer += 1;
      const timeoutMs = session?.timeoutMs ?? options.sessionTimeoutMs;
      const connectTimeoutMs = Math.ceil(Math.min(leftMs, timeoutMs / ATTEMPT_PART));
      const { sessionTimeoutMs } = options;
      const link = {
        server,
        session,
        sessionTimeoutMs,
        connectTimeoutMs,
        identities,
        granted,
        tls,
        signal,
        lost: lostLink,
      };
      try {
        const established = await establish(root, link, proof);
        refusals.note(false);
        return established;
      } catch (error) {
        const isRefusal = isHeddleError(error) && error.code === 'denied';
        if (refusals.note(isRefusal) || !isRefusal) throw error;
        throw new HeddleError('unavailable', error.message, { cause: error });
      }
    };
    const failed = (error: unknown): void => {
      problem = error;
      if (isHeddleError(error) && error.code === 'session-lost') endSession();
    };
    return attemptUntil(attempt, { clock: systemClock, signal, timeoutMs, name: `the store ${shown}`, failed });
  };

  /** A link that is lost before it is in use is a failed attempt, nothing else. */
  const lostLink = (reason: Error): void => {
    if (link) lost(reason);
  };

  const endSession = (): void => {
    session = undefined;
    isLivenessLost ||= hasLiveness || livenessWrites > 0;
    hasLiveness = false;
  };

  const reconnect = async (): Promise<void> => {
    try {
      // While the store is open somebody may count on its session, so only `close` ends the attempts; they are paced.
      const established = await reach(closing.signal);
      if (closing.signal.aborted) established.link.destroy(storeClosedError());
      else online(established, true);
    } catch (error) {
      if (closing.signal.aborted) return;
      failure = toHeddleError(error);
      operations.fail(failure);
      watches.fail(failure);
    }
  };

  const perform = <T>(operation: Operation<T>, operationOptions: OperationOptions): Promise<T> => {
    if (closed) return Promise.reject(storeClosedError());
    if (failure) return Promise.reject(failure);
    return operations.perform(operation, operationOptions);
  };

  const shut = async (): Promise<void> => {
    operations.fail(storeClosedError());
    watches.close();
    const last = link;
    closing.abort(storeClosedError());
    if (last) await withinMs(END_TIMEOUT_MS, last.end());
    offline();
    last?.destroy(storeClosedError());
    await reconnecting;
  };

  return {
    get needsBarrier() {
      return needsBarrier;
    },
    async start() {
      const { signal = closing.signal } = options;
      try {
        online(await reach(signal, options.connectTimeoutMs), false);
      } catch (error) {
        if (!signal.aborted) throw located(error, shown);
        throw new HeddleError('interrupted', 'opening the store was cancelled', { cause: error });
      }
    },
    perform,
    async performLiveness(operation, operationOptions, isWritten) {
      livenessWrites += 1;
      try {
        const value = await perform(operation, operationOptions);
        if (isWritten(value)) hasLiveness = true;
        return value;
      } catch (error) {
        if (isHeddleError(error) && error.code === 'ambiguous') hasLiveness = true;
        throw error;
      } finally {
        livenessWrites -= 1;
      }
    },
    watch(prefix, handler, watchOptions) {
      if (closed) throw storeClosedError();
      return watches.add(prefix, handler, watchOptions);
    },
    close() {
      closed ??= shut();
      return closed;
    },
  };
}

/** A server tells no watch that the right to it was taken back, so the sign of life is something that needs the right. */
async function askRights(link: Link, proof: string): Promise<void> {
  try {
    await link.data(proof);
  } catch (error) {
    // The next link is refused like this one, and that ends operations and watches.
    if (isHeddleError(error) && error.code === 'denied') link.destroy(error);
    else throw error;
  }
}

/** Say which store refuses; who has no answer says it already. */
function located(error: unknown, shown: string): unknown {
  if (!isHeddleError(error) || error.code !== 'denied') return error;
  const { code, message, notes, next, details } = error;
  return new HeddleError(code, `the store ${shown} cannot be opened: ${message}`, {
    notes,
    next,
    details,
    cause: error,
  });
}

/** A znode that this connection may read: the one that a barrier looks at. */
export function barrierPathOf({ root, proof }: Pick<ConnectionTarget, 'root' | 'proof'>): string {
  return proof ?? nodePath(root, []);
}

/** Wait for something, but not longer; when nobody answers, the session ends by itself after its timeout. */
async function withinMs(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
