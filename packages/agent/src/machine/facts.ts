import { readFile } from 'node:fs/promises';
import { cpus, hostname } from 'node:os';
import type { Json } from '@heddle/core';
import type { Facts } from '../role/printed-facts.ts';
import { machineAddress } from './address.ts';
import { machineFullName } from './full-name.ts';
import { machineHostKeys } from './host-keys.ts';

const keysDirectory = '/etc/ssh';

type Fact = { readonly value: Json } | { readonly absent: string };

const readers: ReadonlyMap<string, () => Promise<Fact>> = new Map([
  ['ip', async () => orAbsent(await machineAddress(), `${hostname()} has no IPv4 address that others could reach`)],
  ['hostname', async () => ({ value: hostname().split('.')[0] ?? '' })],
  ['fqdn', fullName],
  ['ssh_host_keys', hostKeys],
  ['memory_mb', async () => ({ value: await memoryMb() })],
  ['cpus', async () => ({ value: cpus().length })],
]);

/** The words of which a machine tells what they are on it, in the order in which they are listed. */
export const machineWords: readonly string[] = [...readers.keys()];

/** Look at this machine; each word must be one of `machineWords`. */
export async function readMachineFacts(words: readonly string[]): Promise<Facts> {
  const facts: Record<string, Json> = {};
  const absent: Record<string, string> = {};
  for (const word of words) {
    const fact = await readers.get(word)?.();
    if (fact === undefined) throw new TypeError(`no fact ${word}`);
    if ('value' in fact) facts[word] = fact.value;
    else absent[word] = fact.absent;
  }
  return { facts, ...(Object.keys(absent).length === 0 ? {} : { absent }) };
}

function orAbsent(value: Json | undefined, absent: string): Fact {
  return value === undefined ? { absent } : { value };
}

async function fullName(): Promise<Fact> {
  try {
    return { value: await machineFullName() };
  } catch (error) {
    const { syscall, message } = error as NodeJS.ErrnoException;
    if (syscall !== 'getaddrinfo' && syscall !== 'getnameinfo') throw error;
    return { absent: `the resolver of ${hostname()} does not answer: ${message}` };
  }
}

async function hostKeys(): Promise<Fact> {
  const keys = await machineHostKeys(keysDirectory);
  const isThere = Object.keys(keys).length > 0;
  return orAbsent(
    isThere ? keys : undefined,
    `${hostname()} has no SSH host keys (${keysDirectory}/ssh_host_*_key.pub)`,
  );
}

/** In MiB, rounded down: Node tells the limit of a control group instead where there is one, Ansible and Ohai do not. */
async function memoryMb(): Promise<number> {
  const [, kib = '0'] = /^MemTotal:\s+(\d+) kB/m.exec(await readFile('/proc/meminfo', 'utf8')) ?? [];
  return Math.floor(Number(kib) / 1024);
}
