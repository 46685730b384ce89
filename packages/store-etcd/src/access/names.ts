import type { Key } from '@heddle/core';
import type { KeyCodec } from '../key.ts';

/** The names of the users and roles of one epoch: keys of etcd themselves, so that two roots or deployments never share one. */
export interface ScopeNames {
  /** The name of a node's user, or of the role of a set of nodes. */
  of(name: string): string;
  /** True for the names that `of` makes, and no others. */
  holds(name: string): boolean;
}

/** Make the names below a scope. */
export function scopeNames(codec: KeyCodec, scope: Key): ScopeNames {
  const prefix = codec.encode(scope).toString();
  return {
    of: (name) => codec.encode([...scope, name]).toString(),
    holds: (name) => name.startsWith(prefix) && /^[^/]+\/$/.test(name.slice(prefix.length)),
  };
}
