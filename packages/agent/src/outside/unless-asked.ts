import type { NodeSession, Watch } from '@heddle/core';

/**
 * Wait for something that has no end of its own, unless something is asked of the session's node first (`heddle retry`).
 *
 * @param wait  Rejects with the reason of the signal that it is given.
 * @returns What was waited for; undefined when something is asked, and stands in the store to be taken.
 * @throws what `wait` does; what the watch fails of.
 */
export async function unlessAsked<T>(
  session: NodeSession,
  signal: AbortSignal,
  wait: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  const came = wait(until);
  const asked = whenAsked(session, until);
  try {
    await Promise.race([came, asked]);
  } finally {
    over.abort();
    await Promise.allSettled([came, asked]);
  }
  // Both may have happened: who has come is let in, and what is asked is found later.
  return came.catch((thrown: unknown) => {
    if (thrown !== over.signal.reason) throw thrown;
    return undefined;
  });
}

/** Resolve when something is asked of the session's node, or the signal is aborted. */
async function whenAsked({ store, epoch, node }: NodeSession, signal: AbortSignal): Promise<void> {
  const nothing = () => undefined;
  let watch: Watch | undefined;
  let stop = nothing as () => void;
  try {
    await new Promise<void>((resolve, reject) => {
      stop = resolve;
      const handler = { state: () => resolve(), gone: nothing, synced: nothing, status: nothing, failed: reject };
      watch = store.watch(epoch.keys.retry(node), handler, { below: false });
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) resolve();
    });
  } finally {
    signal.removeEventListener('abort', stop);
    await watch?.close();
  }
}
