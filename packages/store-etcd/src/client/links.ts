import { type HeddleError, toHeddleError } from '@heddle/core';
import { aborted } from './abort.ts';
import type { Link } from './link.ts';
import type { Reach } from './reach.ts';

/** The links of a connection: one at a time, a new one whenever the last has ended. */
export interface Links {
  /** The link that works now. */
  readonly current: Link | undefined;
  /**
   * Wait for a link.
   *
   * @throws the signal's reason; what made it impossible for good to have one.
   */
  get(signal: AbortSignal): Promise<Link>;
  /** Make no more links and end the one there is; resolves when nothing is going on any more. */
  close(error: HeddleError): Promise<void>;
}

/** Go on from a first link. */
export function createLinks(first: Link, reach: Reach): Links {
  const stopping = new AbortController();
  const waiting = new Set<() => void>();
  let current: Link | undefined = first;
  let failure: HeddleError | undefined;

  const wake = (): void => {
    for (const check of waiting) check();
  };

  const keep = async (): Promise<void> => {
    try {
      for (let link = first; ; link = await reach.next(stopping.signal)) {
        current = link;
        wake();
        await aborted(link.ended);
        current = undefined;
      }
    } catch (error) {
      current = undefined;
      failure = toHeddleError(stopping.signal.aborted ? stopping.signal.reason : error);
      wake();
    }
  };
  const kept = keep();

  return {
    get current() {
      return current;
    },
    get(signal) {
      return new Promise((resolve, reject) => {
        const settle = (): boolean => {
          if (signal.aborted) reject(signal.reason as Error);
          else if (current && !current.ended.aborted) resolve(current);
          else if (failure) reject(failure);
          else return false;
          return true;
        };
        if (settle()) return;
        const check = (): void => {
          if (!settle()) return;
          waiting.delete(check);
          signal.removeEventListener('abort', check);
        };
        waiting.add(check);
        signal.addEventListener('abort', check, { once: true });
      });
    },
    async close(error) {
      stopping.abort(error);
      current?.close(error);
      await kept;
    },
  };
}
