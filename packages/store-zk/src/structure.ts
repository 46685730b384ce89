import type { Key } from '@heddle/core';
import { ensureRoot } from './establish.ts';
import { nodeChain } from './layout.ts';
import type { Requests } from './link.ts';

/** Forgotten altogether when it is full: it only saves questions. */
const MAX_KNOWN = 10_000;

/** Knows which znodes of keys exist, so that a write can create the missing ones in its own transaction. */
export interface Structure {
  /**
   * The paths that have to be created for a key, from the top.
   *
   * @param isFresh  Ask the server, because what was known turned out to be wrong.
   */
  missing(link: Requests, key: Key, isFresh: boolean): Promise<readonly string[]>;
  /** The znode of this key exists. */
  exists(key: Key): void;
  /** It may not exist any more. */
  forget(path: string): void;
}

/** Create the knowledge of one store; `root` is without a slash at its end. */
export function createStructure(root: string): Structure {
  const known = new Set<string>();
  const remember = (paths: readonly string[]): void => {
    if (known.size + paths.length > MAX_KNOWN) known.clear();
    for (const path of paths) known.add(path);
  };
  return {
    async missing(link, key, isFresh) {
      const chain = nodeChain(root, key);
      if (!isFresh) {
        const first = chain.findIndex((path) => !known.has(path));
        if (first === -1) return [];
        // The common case: a new key next to others, or directly below the root.
        if (first === chain.length - 1) return chain.slice(first);
      }
      const found = await Promise.all(chain.map((path) => link.exists(path)));
      const first = found.indexOf(false);
      if (first === 0) await ensureRoot(link, root);
      remember(first === -1 ? chain : chain.slice(0, first));
      return first === -1 ? [] : chain.slice(first);
    },
    exists: (key) => remember(nodeChain(root, key)),
    forget: (path) => void known.delete(path),
  };
}
