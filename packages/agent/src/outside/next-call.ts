import type { NodeSession, Watch } from '@heddle/core';
import type { Entrance } from './entrance.ts';

/**
 * Wait, after all roles of a node have ended, for more to do.
 *
 * @returns The role of which a run from outside has come; undefined when something is asked of the node, or the signal is aborted. Throws what the watch fails of.
 */
export async function nextCall(
  session: NodeSession,
  entrance: Entrance,
  signal: AbortSignal,
): Promise<string | undefined> {
  const called = new AbortController();
  const until = AbortSignal.any([signal, called.signal]);
  const came = entrance.next(until).catch(() => undefined);
  const asked = whenAsked(session, until);
  try {
    return await Promise.race([came, asked]);
  } finally {
    called.abort();
    await Promise.allSettled([came, asked]);
  }
}

/** Resolve when something is asked of the session's node, or the signal is aborted. */
async function whenAsked({ store, epoch, node }: NodeSession, signal: AbortSignal): Promise<undefined> {
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
