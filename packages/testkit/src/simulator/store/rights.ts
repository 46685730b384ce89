import type { AccessPlan, Key } from '@heddle/core';
import { idOf } from './truth.ts';

/** Tell what a node may read by the rights that its deployment hands out. */
export function readableBy(node: string, { members, rules }: AccessPlan): (key: Key) => boolean {
  const sets = new Set(members.get(node));
  const closed = new Set(
    rules
      .filter(({ readers, writers }) => ![...readers, ...writers].some((set) => sets.has(set)))
      .map(({ prefix }) => idOf(prefix)),
  );
  return (key) => !key.some((_, last) => closed.has(idOf(key.slice(0, last + 1))));
}
