/** Time as the runtime sees it; injected, so that a simulator can own it. */
export interface Clock {
  /** Milliseconds since 1970, for people to read. */
  wallMs(): number;
  /** Milliseconds that never jump, for deadlines. */
  monotonicMs(): number;
  /** Call `then` once after `delayMs`; the returned function cancels it. */
  timer(delayMs: number, then: () => void): () => void;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  timer(delayMs, then) {
    // setTimeout fires at once for delays above 2^31 - 1 ms (24 days): clamp.
    const handle = setTimeout(then, Math.min(delayMs, 2_147_483_647));
    return () => clearTimeout(handle);
  },
};

/** Resolve after `delayMs`, or reject with the signal's reason when it is aborted first. */
export function delay(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const onAbort = () => {
      cancel();
      reject(signal?.reason as Error);
    };
    const cancel = clock.timer(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** Write a time for records. */
export function isoTime(clock: Clock): string {
  return new Date(clock.wallMs()).toISOString();
}
