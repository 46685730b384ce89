import {
  type ConnectionSettings,
  HeddleError,
  isHeddleError,
  type Key,
  type StoreCredentials,
  type StoreTls,
  storeClosedError,
  toHeddleError,
  type Watch,
  type WatchHandler,
  type WatchOptions,
} from '@heddle/core';
import type { KeyCodec } from '../key.ts';
import type { EtcdAddress } from '../url.ts';
import { limitTime } from './abort.ts';
import { type Link, openLink } from './link.ts';
import { createLinks, type Links } from './links.ts';
import { createOperations, type Operations } from './operation.ts';
import { createReach, type Reach } from './reach.ts';
import { createSession, type Session } from './session.ts';
import { createRangeWatch, type RangeWatch } from './watch.ts';

const SHORTEST_STEP_MS = 5000;
const SHORTEST_BEAT_TIMEOUT_MS = 1000;
const LONGEST_BEAT_MS = 5000;
const END_TIMEOUT_MS = 2000;

/** A session with a cluster, which outlives its links. */
export interface Connection {
  readonly session: Session;
  readonly codec: KeyCodec;
  readonly operations: Operations;
  /** @throws closed */
  watch(prefix: Key, handler: WatchHandler, options: WatchOptions): Watch;
  close(): Promise<void>;
}

export interface ConnectionOptions extends ConnectionSettings {
  readonly address: EtcdAddress;
  readonly codec: KeyCodec;
  readonly credentials: StoreCredentials | undefined;
  /** Undefined: not encrypted. */
  readonly tls: StoreTls | undefined;
}

/**
 * Connect for the first time.
 *
 * @throws unavailable when no host answers within `connectTimeoutMs`; denied and config-invalid at once; interrupted.
 */
export async function openConnection(options: ConnectionOptions): Promise<Connection> {
  const { codec, sessionTimeoutMs } = options;
  const watches = new Set<RangeWatch>();
  let problem: HeddleError | undefined;
  const session = createSession({
    sessionTimeoutMs,
    lost() {
      for (const watch of watches) watch.sessionLost();
    },
  });
  const reach = reachOf(options, session, (error) => (problem = error));
  const links = createLinks(await firstLink(reach, options, () => problem), reach);
  const operations = createOperations(links, () => (links.current ? undefined : problem));
  let closed: Promise<void> | undefined;

  const shut = async (): Promise<void> => {
    operations.close(storeClosedError());
    for (const watch of watches) watch.end();
    try {
      if (session.hasEntries) await endSession(session, links);
    } finally {
      await links.close(storeClosedError());
    }
  };

  return {
    session,
    codec,
    operations,
    watch(prefix, handler, { below }) {
      if (closed) throw storeClosedError();
      const range = below === false ? codec.only(prefix) : codec.below(prefix);
      const watch = createRangeWatch({ links, codec, range, handler, over: () => watches.delete(watch) });
      watches.add(watch);
      return watch;
    },
    close() {
      closed ??= shut();
      return closed;
    },
  };
}

function reachOf(options: ConnectionOptions, session: Session, failed: (error: HeddleError) => void): Reach {
  const { address, codec, credentials, tls, sessionTimeoutMs } = options;
  const beatMs = Math.min(sessionTimeoutMs / 3, LONGEST_BEAT_MS);
  const link = {
    credentials,
    tls,
    probeKey: codec.encode([]),
    beatMs,
    beatTimeoutMs: Math.max(beatMs, SHORTEST_BEAT_TIMEOUT_MS),
    onBeat: (on: Link, until: AbortSignal) => session.renew(on, [until]),
  };
  return createReach({
    hosts: address.hosts.map(({ name, port }) => `${name}:${port}`),
    stepMs: Math.max(SHORTEST_STEP_MS, sessionTimeoutMs / 2),
    async open(host, signal) {
      const opened = await openLink({ ...link, host }, signal);
      try {
        // What became of the session is known before anything else happens on the new link.
        await session.renew(opened, [signal]);
        return opened;
      } catch (error) {
        opened.close(toHeddleError(error));
        throw error;
      }
    },
    failed: (error) => failed(toHeddleError(error)),
  });
}

async function firstLink(reach: Reach, options: ConnectionOptions, problem: () => unknown): Promise<Link> {
  const { address, connectTimeoutMs, signal: user } = options;
  const cancelled = new HeddleError('interrupted', `opening the store ${address.shown} was cancelled`);
  if (user?.aborted) throw cancelled;
  const late = new HeddleError(
    'unavailable',
    `the store ${address.shown} did not answer within ${connectTimeoutMs} ms`,
  );
  const limit = limitTime(connectTimeoutMs, late);
  const onAbort = (): void => limit.abort(cancelled);
  user?.addEventListener('abort', onAbort, { once: true });
  try {
    return await reach.next(limit.signal);
  } catch (error) {
    if (error === late) throw explained(late, problem());
    throw isHeddleError(error) && error !== cancelled ? located(error, address.shown) : error;
  } finally {
    user?.removeEventListener('abort', onAbort);
    limit.clear();
  }
}

function explained(late: HeddleError, problem: unknown): HeddleError {
  if (problem === undefined) return late;
  return new HeddleError('unavailable', `${late.message}: ${toHeddleError(problem).message}`, { cause: problem });
}

function located(error: HeddleError, shown: string): HeddleError {
  const { code, message, next, details } = error;
  return new HeddleError(code, `the store ${shown} cannot be opened: ${message}`, { next, details, cause: error });
}

/** Let the liveness entries go at once; without a server to tell they go when the lease runs out. */
async function endSession(session: Session, links: Links): Promise<void> {
  const limit = limitTime(END_TIMEOUT_MS, storeClosedError());
  try {
    await session.end(await links.get(limit.signal), [limit.signal]);
  } catch (error) {
    if (!isHeddleError(error)) throw error;
    // Nobody can be told: this connection is over, whatever the server knows.
  } finally {
    limit.clear();
  }
}
