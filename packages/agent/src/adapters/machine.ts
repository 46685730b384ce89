import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { hostname, type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { formatPath, HeddleError, joinWords } from '@heddle/core';
import { z } from 'zod';
import { type AdapterContext, defineAdapter } from './adapter.ts';

const facts: ReadonlyMap<string, () => Promise<string>> = new Map([
  ['name', async () => hostname()],
  ['first_address', firstAddress],
]);

/** What the machine knows of itself, as the first role of a node: runs no CM tool, its outputs' paths name the facts. */
export default defineAdapter({
  name: 'machine',
  contract: 1,
  options: z.strictObject({}),
  hasLocalLevel: false,
  stopSignal: 'SIGTERM',
  async check({ role }) {
    return unknownFacts(role).map((name) => ({
      message: `a machine has no fact ${name}; there are ${joinWords([...facts.keys()])}`,
    }));
  },
  detect: () => false,
  async prepare({ role, nodeDirectory }) {
    const words: string[] = [];
    for (const output of role.outputs) {
      const fact = facts.get(formatPath(output.path));
      if (fact === undefined)
        throw new HeddleError('config-invalid', `a machine has no fact ${formatPath(output.path)}`);
      words.push(`${output.name}=${await fact()}`);
    }
    return { command: ['heddle', 'set', ...words], workingDirectory: nodeDirectory, environment: {} };
  },
  explainExit: () => undefined,
});

function unknownFacts(role: AdapterContext['role']): readonly string[] {
  return role.outputs.map(({ path }) => formatPath(path)).filter((name) => !facts.has(name));
}

/**
 * Find the IPv4 address under which other machines reach this one: the source address of the default route,
 * without one the first address of eth0, then of any other interface.
 */
async function firstAddress(): Promise<string> {
  const address = (await defaultRouteAddress()) ?? interfaceAddress();
  if (address !== undefined) return address;
  throw new HeddleError('config-invalid', `the machine ${hostname()} has no IPv4 address that others could reach`, {
    next: ['connect it to a network: the template gives the server its networks'],
  });
}

/** Connecting a UDP socket asks the kernel for the route and sends nothing; the address is one of those for documentation. */
async function defaultRouteAddress(): Promise<string | undefined> {
  const socket = createSocket('udp4');
  try {
    socket.connect(9, '192.0.2.1');
    await once(socket, 'connect');
    return socket.address().address;
  } catch {
    // No default route: the interfaces tell.
    return undefined;
  } finally {
    socket.close();
  }
}

function interfaceAddress(): string | undefined {
  const isReachable = (info: NetworkInterfaceInfo) =>
    info.family === 'IPv4' && !info.internal && !info.address.startsWith('169.254.');
  const { eth0 = [], ...others } = networkInterfaces();
  return [...eth0, ...Object.values(others).flatMap((infos) => infos ?? [])].find(isReachable)?.address;
}
