/** A limit for a piece of work. */
export interface TimeLimit {
  readonly signal: AbortSignal;
  abort(reason: Error): void;
  /** The work is done: the time matters no more. */
  clear(): void;
}

/** Make a signal that is aborted with `error` after `timeoutMs`. */
export function limitTime(timeoutMs: number, error: Error): TimeLimit {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(error), timeoutMs);
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    clear: () => clearTimeout(timer),
  };
}

/** Settle like `promise`, or reject with the signal's reason when it is aborted first. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Resolve when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
