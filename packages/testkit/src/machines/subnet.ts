import { HeddleError } from '@heddle/core';

/** Addresses of one set: the bridge and a rule for the machines. */
export interface Subnet {
  /** Address of the bridge: the first of the network. */
  readonly gateway: string;
  readonly prefixBits: number;
  /** Address of the machine at `index`, counted from 0. */
  address(index: number): string;
}

/** Below it are the bridge and room for servers that a test wants at a fixed address. */
const firstMachine = 10;

/**
 * Divide `cidr` into addresses for a bridge and `count` machines.
 *
 * @param cidr  `A.B.C.D/BITS`, 8 to 28 bits; host bits are ignored.
 * @throws HeddleError `config-invalid` when it is malformed or too small.
 */
export function divideSubnet(cidr: string, count: number): Subnet {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr);
  const octets = (match ?? []).slice(1, 5).map(Number);
  const prefixBits = Number(match?.[5]);
  if (!match || octets.some((octet) => octet > 255) || prefixBits < 8 || prefixBits > 28) {
    throw new HeddleError(
      'config-invalid',
      `The machines' network "${cidr}" is not of the form 10.77.0.0/24 with 8 to 28 bits.`,
    );
  }
  const size = 2 ** (32 - prefixBits);
  const value = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  const base = value - (value % size);
  const room = size - firstMachine - 1;
  if (count > room) {
    throw new HeddleError(
      'config-invalid',
      `The machines' network ${cidr} has room for ${room} machines, not for ${count}.`,
    );
  }
  return { gateway: dotted(base + 1), prefixBits, address: (index) => dotted(base + firstMachine + index) };
}

function dotted(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}
