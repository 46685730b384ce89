import { isMap, type Json } from '@heddle/core';

/** Facts that are others whenever they are gathered; what lasts of them has a name of its own (`memtotal_mb`). */
const passing: readonly string[] = ['date_time', 'loadavg', 'memfree_mb', 'memory_mb', 'swapfree_mb', 'uptime_seconds'];

/** How full a file system is. */
const fillings: readonly string[] = [
  'block_available',
  'block_used',
  'inode_available',
  'inode_used',
  'size_available',
];

/** Give what lasts of an output's value: of all facts of a machine those that gathering them again gives again, of anything else the value. */
export function lastingFacts(path: readonly string[], value: Json): Json {
  if (path.length !== 1 || path[0] !== 'ansible_facts' || !isMap(value)) return value;
  const facts = without(value, passing);
  const mounts = facts['mounts'];
  if (!Array.isArray(mounts)) return facts;
  const all: readonly Json[] = mounts;
  return { ...facts, mounts: all.map((mount) => (isMap(mount) ? without(mount, fillings) : mount)) };
}

function without(map: Readonly<Record<string, Json>>, names: readonly string[]): Record<string, Json> {
  return Object.fromEntries(Object.entries(map).filter(([name]) => !names.includes(name)));
}
