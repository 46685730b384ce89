import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { builtPackage, findFreePort, runScript } from '@heddle/testkit';
import { describe, it, onTestFinished } from 'vitest';

const COUNT = 300;

function findMany(): Promise<number[]> {
  return Promise.all(Array.from({ length: COUNT }, () => findFreePort()));
}

describe('a free port', () => {
  it('it is none that the kernel gives to a connection or to a server without a wish', async () => {
    const given = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8');
    const [first = 0, last = 0] = given.trim().split(/\s+/).map(Number);
    assert.deepEqual(
      (await findMany()).filter((port) => port >= first && port <= last),
      [],
    );
  });

  it('no two searches find the same one, in one process or in two', async () => {
    const testkit = builtPackage(new URL('../../', import.meta.url));
    testkit.build();
    const other = runScript(`
      import { findFreePort } from ${JSON.stringify(testkit.module)};
      console.log(JSON.stringify(await Promise.all(Array.from({ length: ${COUNT} }, () => findFreePort()))));
      process.stdin.resume();`);
    onTestFinished(() => other.kill());
    const [theirs, ours] = await Promise.all([other.line(), findMany()]);
    const all = [...(JSON.parse(theirs ?? '') as number[]), ...ours];
    assert.equal(new Set(all).size, 2 * COUNT);
  });

  it('a server can listen at it', async () => {
    const port = await findFreePort();
    const server = createServer().listen(port, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    assert.deepEqual(server.address(), { address: '127.0.0.1', family: 'IPv4', port });
  });
});
