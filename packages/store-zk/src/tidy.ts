import { type Key, systemClock, toHeddleError } from '@heddle/core';
import type { Acls } from './access/acls.ts';
import { nodeChain } from './layout.ts';
import type { Requests } from './link.ts';
import type { Operation } from './operations.ts';
import type { Structure } from './structure.ts';

/** Milliseconds until the znode of a removed entry goes; whoever writes the key again meanwhile finds it there. */
const TIDY_AFTER_MS = 10_000;
/** Milliseconds for all that is left when the store is closed. */
const LAST_TIDY_MS = 1000;
const MOST_WAITING = 1000;

/** Removes the znodes of removed entries, while nobody waits for it. */
export interface Tidier {
  /** The entry of a key is gone: its znode may go, too. */
  removed(key: Key): void;
  /** The key is used again. */
  used(key: Key): void;
  /** Do what is left, as far as the server answers soon. */
  close(): Promise<void>;
}

/** Create one; `perform` does an operation within so many milliseconds. */
export function createTidier(
  root: string,
  structure: Structure,
  acls: Acls,
  perform: (operation: Operation<void>, timeoutMs: number) => Promise<void>,
): Tidier {
  const waiting = new Map<string, Key>();
  let cancel: (() => void) | undefined;

  const tidyAll = async (timeoutMs: number): Promise<void> => {
    cancel?.();
    cancel = undefined;
    const keys = [...waiting.values()];
    waiting.clear();
    // Those below first: what holds nothing any more goes with the last of them.
    await Promise.all(
      keys.map((key) =>
        // A znode that stays holds nothing, and nobody is told of it.
        perform({ name: 'tidy', key, attempt: (link) => tidy(link, root, structure, acls, key) }, timeoutMs).catch(
          toHeddleError,
        ),
      ),
    );
  };

  return {
    removed(key) {
      waiting.set(JSON.stringify(key), key);
      if (waiting.size >= MOST_WAITING) void tidyAll(TIDY_AFTER_MS);
      else cancel ??= systemClock.timer(TIDY_AFTER_MS, () => void tidyAll(TIDY_AFTER_MS));
    },
    used: (key) => void waiting.delete(JSON.stringify(key)),
    close: () => tidyAll(LAST_TIDY_MS),
  };
}

/**
 * Remove the znode of a key and those above it, as far as they hold nothing.
 *
 * Whoever writes below them at the same time finds them gone and creates them again.
 */
async function tidy(link: Requests, root: string, structure: Structure, acls: Acls, key: Key): Promise<void> {
  for (const path of [...nodeChain(root, key)].reverse()) {
    // Whoever may read what comes there next could not without its list.
    if (await acls.isOwn(link, path)) return;
    const removed = await link.commit([{ do: 'remove', path }]);
    if (!removed.ok && removed.why === 'not-empty') return;
    structure.forget(path);
  }
}
