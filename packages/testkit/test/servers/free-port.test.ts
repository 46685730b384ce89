import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { builtPackage, findFreePort, kernelPorts, portsBeside, runScript } from '@heddle/testkit';
import { describe, it, onTestFinished } from 'vitest';

const COUNT = 300;

function findMany(): Promise<number[]> {
  return Promise.all(Array.from({ length: COUNT }, () => findFreePort()));
}

describe('findFreePort', () => {
  it('finds none that the kernel gives to a connection or to a server without a wish', async () => {
    const { first, last } = portsBeside(kernelPorts());
    assert.deepEqual(
      (await findMany()).filter((port) => port < first || port > last),
      [],
    );
  });

  it.each([
    ['below them', [32_768, 60_999], [10_240, 32_767]],
    ['above them, where little is left below', [11_000, 50_000], [50_001, 65_535]],
    ['wherever users may listen, where little is left', [1024, 65_535], [10_240, 65_535]],
  ])('looks %s', (_, [first = 0, last = 0], [from, to]) => {
    assert.deepEqual(portsBeside({ first, last }), { first: from, last: to });
  });

  it('finds none twice, in one process or in two', async () => {
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

  it('finds one at which a server can listen', async () => {
    const port = await findFreePort();
    const server = createServer().listen(port, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    assert.deepEqual(server.address(), { address: '127.0.0.1', family: 'IPv4', port });
  });
});
