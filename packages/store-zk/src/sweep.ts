import { inParallel, type Key } from '@heddle/core';
import { nodePath, readListing } from './layout.ts';
import type { Requests } from './link.ts';
import type { Operation } from './operations.ts';
import type { Structure } from './structure.ts';
import { createWindow } from './window.ts';

/** Requests at a time of one sweep, of all levels together. */
const MAX_REQUESTS = 16;

/** Remove the znodes at and below a key that hold no entry, lists of rights with them; one that holds an entry stays, and so do those above it. */
export function sweepOperation(root: string, structure: Structure, prefix: Key): Operation<void> {
  return {
    name: 'sweep',
    key: prefix,
    attempt: (link) => {
      const window = createWindow(MAX_REQUESTS);
      const requests = {
        children: (path: string) => window(() => link.children(path)),
        commit: (steps: Parameters<Requests['commit']>[0]) => window(() => link.commit(steps)),
      };
      return sweep(requests, root, structure, prefix);
    },
  };
}

async function sweep(
  requests: Pick<Requests, 'children' | 'commit'>,
  root: string,
  structure: Structure,
  key: Key,
): Promise<void> {
  const path = nodePath(root, key);
  const names = await requests.children(path);
  if (names === undefined) return;
  const { below } = readListing(names);
  await inParallel(below, ({ segment }) => sweep(requests, root, structure, [...key, segment]));
  // Also of one whose children are left: it is refused then.
  await requests.commit([{ do: 'remove', path }]);
  structure.forget(path);
}
