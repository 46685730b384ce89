import { describe, expect, it } from 'vitest';
import { complaints, contentOf, type ExampleOptions, runExample, runPlain } from './support/example.ts';

const redis: ExampleOptions = {
  name: 'redis',
  nodes: ['primary', 'replica-0', 'replica-1'],
  writes: ['/etc/redis/redis-6379.conf', '/etc/redis/redis-6380.conf'],
};

describe('the Redis example', () => {
  it('writes byte for byte what plain chef-solo writes that is given the list of servers beforehand', async () => {
    const { end, deployment, trees } = await runExample(redis);
    expect(complaints(end)).toEqual([]);
    expect(end.stdout).toContain('heddle: redis, epoch 1: all 3 roles ended well');
    expect(end.exitCode).toBe(0);
    expect(await deployment.processes()).toEqual([]);
    const written = await trees();
    expect(written).toEqual(await runPlain(redis));

    const sentinel = `# Written by Chef
port 26379
sentinel monitor main 10.77.0.10 6380 2
sentinel known-replica main 10.77.0.11 6379
sentinel known-replica main 10.77.0.12 6379
`;
    for (const node of redis.nodes) expect(contentOf(written, node, 'etc/redis/sentinel.conf'), node).toBe(sentinel);
    expect(contentOf(written, 'replica-1', 'etc/redis/redis-6379.conf')).toBe(`# Written by Chef
bind 10.77.0.12 127.0.0.1
port 6379
maxmemory 64mb
appendonly no
replicaof 10.77.0.10 6380
`);
    expect(contentOf(written, 'primary', 'etc/redis/redis-6380.conf')).toBe(`# Written by Chef
bind 10.77.0.10 127.0.0.1
port 6380
maxmemory 64mb
appendonly yes
`);
  });
});
