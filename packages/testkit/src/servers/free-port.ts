import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type ListenOptions } from 'node:net';
import { HeddleError } from '@heddle/core';

const MAX_ATTEMPTS = 1000;
const MIN_COUNT = 1000;

/** Ports from the first to the last. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** Ports that no service is known by and every user may take. */
const ALL: PortRange = { first: 10_240, last: 65_535 };

/**
 * Choose the ports of tests: those below, or else above, the ones that the kernel takes by itself for connections and for servers without a wish.
 *
 * @param taken  The latter, as Linux has them in ip_local_port_range.
 * @returns At least 1000 ports; all from 10240 on where the kernel leaves no room for that.
 */
export function portsBeside(taken: PortRange): PortRange {
  const below = { first: ALL.first, last: Math.min(ALL.last, taken.first - 1) };
  const above = { first: Math.max(ALL.first, taken.last + 1), last: ALL.last };
  return [below, above].find(({ first, last }) => last - first + 1 >= MIN_COUNT) ?? ALL;
}

/** Read which ports the kernel takes by itself. */
export function kernelPorts(): PortRange {
  const words = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').trim().split(/\s+/);
  const [first = 0, last = 0] = words.map(Number);
  return { first, last };
}

/**
 * Find a port at which nobody listens, and keep it for this process until that ends: no other search finds it, and nothing gets it that
 * does not ask for just this one, as far as the kernel leaves room (`portsBeside`).
 *
 * @param host  The address to listen on.
 * @throws unavailable when 1000 ports were taken.
 */
export async function findFreePort(host = '127.0.0.1'): Promise<number> {
  const { first, last } = portsBeside(kernelPorts());
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const port = randomInt(first, last + 1);
    if ((await claim(port)) && (await isFree(host, port))) return port;
  }
  throw new HeddleError('unavailable', `none of ${MAX_ATTEMPTS} ports of ${host} is free`);
}

/** Take what stands for a port: an abstract socket, which the kernel gives to one process of a network namespace and takes at its end. */
function claim(port: number): Promise<boolean> {
  return canListen({ path: `\0heddle-test-port-${port}` }, 'kept');
}

function isFree(host: string, port: number): Promise<boolean> {
  return canListen({ host, port }, 'closed');
}

function canListen(where: ListenOptions, then: 'kept' | 'closed'): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    );
    server.listen(where, () => {
      if (then === 'closed') server.close(() => resolve(true));
      else {
        server.unref();
        resolve(true);
      }
    });
  });
}
