import { countRefusals, delay, isHeddleError, systemClock } from '@heddle/core';
import { limitTime } from './abort.ts';
import { type FailureKind, failure, kindOf } from './failure.ts';
import type { Link } from './link.ts';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1000;
/** A link that lasted this long was a good one: the pauses begin anew. */
const STEADY_MS = 10_000;

export interface ReachOptions {
  readonly hosts: readonly string[];
  /** Milliseconds for one attempt at one host. */
  readonly stepMs: number;
  open(host: string, signal: AbortSignal): Promise<Link>;
  /** Told after each failed attempt. */
  failed(error: unknown): void;
}

/** Makes links, one after the other, at one host after the other. */
export interface Reach {
  /**
   * Try until there is a link, with pauses from 50 ms to 1 s that are shortened at random.
   *
   * @throws what no repetition can mend: denied, config-invalid; the signal's reason.
   */
  next(signal: AbortSignal): Promise<Link>;
}

/** Begin at a random host, so that many clients spread over the members. */
export function createReach({ hosts, stepMs, open, failed }: ReachOptions): Reach {
  let turn = Math.floor(Math.random() * hosts.length);
  let pauseMs = 0;
  const refusals = countRefusals(hosts.length);
  let lastMs = Number.NEGATIVE_INFINITY;

  const attempt = async (signal: AbortSignal): Promise<Link> => {
    const host = hosts[turn % hosts.length] ?? '';
    turn += 1;
    const limit = limitTime(stepMs, failure('link', `etcd ${host}: no answer within ${stepMs} ms`));
    const onAbort = (): void => limit.abort(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await open(host, limit.signal);
    } finally {
      signal.removeEventListener('abort', onAbort);
      limit.clear();
    }
  };

  return {
    async next(signal) {
      if (performance.now() - lastMs > STEADY_MS) pauseMs = 0;
      for (;;) {
        signal.throwIfAborted();
        if (pauseMs > 0) await delay(systemClock, pauseMs * (0.5 + Math.random() / 2), signal);
        // Every host is tried before the first pause.
        if (turn % hosts.length === 0) pauseMs = Math.min(Math.max(pauseMs * 2, FIRST_PAUSE_MS), LONGEST_PAUSE_MS);
        try {
          const link = await attempt(signal);
          refusals.note(false);
          lastMs = performance.now();
          return link;
        } catch (error) {
          signal.throwIfAborted();
          const kind = kindOf(error);
          const isRefusedByAll = refusals.note(kind === 'certificate');
          if (isFinal(kind) || isRefusedByAll || (isHeddleError(error) && kind === undefined)) throw error;
          failed(error);
        }
      }
    },
  };
}

/** No repetition mends it. */
function isFinal(kind: FailureKind | undefined): boolean {
  return kind === 'user' || kind === 'open';
}
