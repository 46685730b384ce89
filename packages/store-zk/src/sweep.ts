import { inParallel, type Key } from '@heddle/core';
import { nodePath, readListing } from './layout.ts';
import type { Requests } from './link.ts';
import type { Operation } from './operations.ts';
import type { Structure } from './structure.ts';

/** Remove the znodes at and below a key that hold no entry, lists of rights with them; one that holds an entry stays, and so do those above it. */
export function sweepOperation(root: string, structure: Structure, prefix: Key): Operation<void> {
  return { name: 'sweep', key: prefix, attempt: (link) => sweep(link, root, structure, prefix) };
}

async function sweep(link: Requests, root: string, structure: Structure, key: Key): Promise<void> {
  const path = nodePath(root, key);
  const names = await link.children(path);
  if (names === undefined) return;
  const { below } = readListing(names);
  await inParallel(below, ({ segment }) => sweep(link, root, structure, [...key, segment]));
  // Also of one whose children are left: it is refused then.
  await link.commit([{ do: 'remove', path }]);
  structure.forget(path);
}
