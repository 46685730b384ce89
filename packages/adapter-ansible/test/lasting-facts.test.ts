import { describe, expect, it } from 'vitest';
import { lastingFacts } from '../src/lasting-facts.ts';

const gathered = (second: string, free: number) => ({
  hostname: 'web-0',
  default_ipv4: { address: '10.77.0.11' },
  date_time: { second },
  loadavg: { '1m': free },
  memfree_mb: free,
  memtotal_mb: 24_105,
  memory_mb: { real: { total: 24_105, free } },
  swapfree_mb: free,
  uptime_seconds: free,
  mounts: [{ mount: '/', size_total: 100, size_available: free, block_used: free, inode_available: free }],
});

describe('what lasts of a value', () => {
  it('is, of all facts, what is the same whenever they are gathered', () => {
    const lasting = lastingFacts(['ansible_facts'], gathered('01', 17));
    expect(lasting).toEqual({
      hostname: 'web-0',
      default_ipv4: { address: '10.77.0.11' },
      memtotal_mb: 24_105,
      mounts: [{ mount: '/', size_total: 100 }],
    });
    expect(lastingFacts(['ansible_facts'], gathered('02', 18))).toEqual(lasting);
  });

  it.each<[string, string[]]>([
    ['a fact that an output names', ['ansible_facts', 'date_time']],
    ['the same by its other name', ['ansible_memory_mb']],
    ['a variable', ['result']],
  ])('is all of %s', (_, path) => {
    const value = gathered('01', 17);
    expect(lastingFacts(path, value)).toBe(value);
  });
});
