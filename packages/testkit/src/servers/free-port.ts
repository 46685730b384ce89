import { randomInt } from 'node:crypto';
import { createServer, type ListenOptions } from 'node:net';
import { HeddleError } from '@heddle/core';

// Below the ports that Linux takes by itself for connections and for servers without a wish (from 32768 on, ip_local_port_range).
const FIRST_PORT = 10_240;
const LAST_PORT = 32_767;
const MAX_ATTEMPTS = 1000;

/**
 * Find a port at which nobody listens, and keep it for this process until that ends: no other search finds it, and nothing gets it that
 * does not ask for just this one.
 *
 * @param host  The address to listen on.
 * @returns 10240 to 32767.
 * @throws unavailable when 1000 ports were taken.
 */
export async function findFreePort(host = '127.0.0.1'): Promise<number> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const port = randomInt(FIRST_PORT, LAST_PORT + 1);
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
