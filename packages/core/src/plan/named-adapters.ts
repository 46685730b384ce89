import { isMap, type Json } from '../values/json.ts';
import { findAdapterKey } from './adapter-key.ts';
import type { Source } from './source.ts';

/** List the adapters that the roles of a deployment file name, each once. What is wrong in the file is left to the compiler. */
export function namedAdapters(source: Source): readonly string[] {
  const { nodes } = source.data;
  const names = Object.values(isMap(nodes) ? nodes : {}).flatMap((node) => {
    const roles: readonly Json[] = isMap(node) && Array.isArray(node.roles) ? node.roles : [];
    return roles.flatMap((role) => (isMap(role) ? (findAdapterKey(role, [], source, () => undefined) ?? []) : []));
  });
  return [...new Set(names)];
}
