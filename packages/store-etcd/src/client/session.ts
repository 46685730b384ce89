import { limitTime, untilAborted } from './abort.ts';
import type { Until } from './etcd.ts';
import { kindOf } from './failure.ts';
import type { Link } from './link.ts';

const REVOKE_TIMEOUT_MS = 2000;

/** The session of a connection: a lease, granted when the first liveness entry is written, which outlives links. */
export interface Session {
  /** True while the server may hold something that goes with this session. */
  readonly hasEntries: boolean;
  /** The lease for a liveness entry that is about to be written. */
  lease(link: Link, signal: AbortSignal): Promise<string>;
  /** Renew the lease; when it turns out to be gone, `lost` is told and the next entry gets a new one. */
  renew(link: Link, until: Until): Promise<void>;
  /** The server does not know this lease any more. */
  expire(lease: string): void;
  /** End the session: its entries go. Without an answer in time they go when the lease runs out. */
  end(link: Link): Promise<void>;
}

export interface SessionOptions {
  readonly sessionTimeoutMs: number;
  /** Told when a lease that had entries is gone. */
  readonly lost: () => void;
}

/** Create a session; nothing is asked of the server yet. */
export function createSession({ sessionTimeoutMs, lost }: SessionOptions): Session {
  let lease: string | undefined;
  let granting: { readonly link: Link; readonly promise: Promise<string> } | undefined;

  const grant = async (link: Link): Promise<string> => {
    // etcd counts whole seconds, and may grant more than was asked for.
    const granted = await link.grantLease(Math.max(1, Math.ceil(sessionTimeoutMs / 1000)), []);
    lease = granted.id;
    return granted.id;
  };

  const expire = (gone: string): void => {
    if (lease !== gone) return;
    lease = undefined;
    lost();
  };

  return {
    get hasEntries() {
      return lease !== undefined;
    },
    async lease(link, signal) {
      if (lease !== undefined) return lease;
      // One grant for all who need it; it ends with the link, not with one of them.
      if (granting?.link !== link) {
        const own = { link, promise: grant(link) };
        const over = (): void => {
          if (granting === own) granting = undefined;
        };
        own.promise.then(over, over);
        granting = own;
      }
      return untilAborted(granting.promise, signal);
    },
    async renew(link, until) {
      const renewed = lease;
      if (renewed === undefined) return;
      if ((await link.renewLease(renewed, until)) <= 0) expire(renewed);
    },
    expire,
    async end(link) {
      const ended = lease;
      if (ended === undefined) return;
      lease = undefined;
      const limit = limitTime(REVOKE_TIMEOUT_MS, new Error('the lease was not revoked in time'));
      try {
        await link.revokeLease(ended, [limit.signal]);
      } catch (error) {
        // Gone already is what was wanted.
        if (kindOf(error) !== 'lease-gone') throw error;
      } finally {
        limit.clear();
      }
    },
  };
}
