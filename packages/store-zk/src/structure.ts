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
   * @param doubts  0: what is known, or was the same in another branch, will do. 1: only what is known. More: ask the server for all.
   */
  missing(link: Requests, key: Key, doubts: number): Promise<readonly string[]>;
  /** The znode of this key exists now; the last `missing` znodes down to it were created with it. */
  created(key: Key, missing: number): void;
  /** The znode of this key exists. */
  exists(key: Key): void;
  /** This znode on the way to a key exists, because somebody else created it meanwhile. */
  found(key: Key, path: string): void;
  /** It may not exist any more. */
  forget(path: string): void;
}

/**
 * Create the knowledge of one store; `root` is without a slash at its end.
 *
 * @param granted  Znodes that are there for as long as this store may write below them: who may not create them is denied, whether
 *   they are there or not.
 */
export function createStructure(root: string, granted: readonly string[] = []): Structure {
  const known = new Set<string>();
  const lasting = new Set(granted.flatMap(pathsTo));
  const isKnown = (path: string): boolean => known.has(path) || lasting.has(path);
  /** Segments that this store has created, each with its place in the key: what is new in one branch is new in the next one. */
  const created = new Set<string>();
  const remember = (set: Set<string>, texts: readonly string[]): void => {
    if (set.size + texts.length > MAX_KNOWN) set.clear();
    for (const text of texts) set.add(text);
  };
  const ask = async (link: Requests, chain: readonly string[], from: number): Promise<readonly string[]> => {
    const found = await Promise.all(chain.slice(from).map((path) => link.exists(path)));
    const first = found.indexOf(false);
    if (from + first === 0) await ensureRoot(link, root);
    remember(known, first === -1 ? chain : chain.slice(0, from + first));
    return first === -1 ? [] : chain.slice(from + first);
  };
  return {
    async missing(link, key, doubts) {
      const chain = nodeChain(root, key);
      const first = chain.findIndex((path) => !isKnown(path));
      if (doubts > 1 || (doubts === 1 && first === -1)) return ask(link, chain, 0);
      if (doubts === 1 || first === -1) return first === -1 ? [] : chain.slice(first);
      // The common cases: a branch like the one that was made before, and a new key next to others. A wrong guess is refused.
      const own = key.findIndex((segment, index) => index >= first && created.has(`${index}/${segment}`));
      return chain.slice(own === -1 ? -1 : own);
    },
    created(key, missing) {
      const levels = key.map((segment, index) => `${index}/${segment}`);
      remember(created, levels.slice(key.length - missing));
      remember(known, nodeChain(root, key));
    },
    exists: (key) => remember(known, nodeChain(root, key)),
    found(key, path) {
      const chain = nodeChain(root, key);
      remember(known, chain.slice(0, chain.indexOf(path) + 1));
    },
    forget: (path) => void known.delete(path),
  };
}

/** A path and all above it. */
function pathsTo(path: string): readonly string[] {
  const segments = path.split('/').slice(1);
  return segments.map((_, index) => `/${segments.slice(0, index + 1).join('/')}`);
}
