import type { Key } from '@heddle/core';
import { ensureRoot } from './establish.ts';
import { nodeChain } from './layout.ts';
import type { Operation } from './operations.ts';
import type { Structure } from './structure.ts';

/** Create the znodes of these keys, without entries: whoever writes below them need not do it first. */
export function reserveOperation(root: string, structure: Structure, prefixes: readonly Key[]): Operation<void> {
  return {
    name: 'reserve',
    key: prefixes[0] ?? [],
    async attempt(link) {
      await ensureRoot(link, root);
      for (const prefix of prefixes) {
        const chain = nodeChain(root, prefix);
        // One that is there already is what is wanted.
        for (const path of chain) await link.commit([{ do: 'create', path }]);
        structure.exists(prefix);
      }
    },
  };
}
