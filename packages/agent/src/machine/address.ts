import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';

/**
 * Find the IPv4 address under which other machines reach this one: the source address of the default route,
 * without one the first address of eth0, then of any other interface. Undefined when it has none.
 */
export async function machineAddress(): Promise<string | undefined> {
  return (await defaultRouteAddress()) ?? interfaceAddress();
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
