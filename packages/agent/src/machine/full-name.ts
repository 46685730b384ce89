import { lookup, lookupService, NODATA, NOTFOUND } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';

const hostsFile = '/etc/hosts';

/**
 * Find the full name of this machine, as Ansible does: of the names that its host name's address has, the first with a dot, without one
 * the first; the host name itself when it has no address. Throws what the resolver says when it does not answer (EAI_AGAIN): the short name could be the wrong one.
 */
export async function machineFullName(): Promise<string> {
  const name = hostname();
  const address = await unlessUnknown(async () => (await lookup(name)).address);
  if (address === undefined) return name;
  const names = await hostsNames(address);
  if (names.length === 0)
    names.push((await unlessUnknown(async () => (await lookupService(address, 0)).hostname)) ?? name);
  return names.find((candidate) => candidate.includes('.')) ?? names[0] ?? name;
}

/** The names of an address in /etc/hosts, where the system's own resolver looks first; the canonical one comes first. */
async function hostsNames(address: string): Promise<string[]> {
  let text: string;
  try {
    text = await readFile(hostsFile, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  for (const line of text.split('\n')) {
    const [first, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (first === address) return names;
  }
  return [];
}

/** A name or an address that the resolver does not know is no error: the machine's own name stands. */
async function unlessUnknown(resolve: () => Promise<string>): Promise<string | undefined> {
  try {
    return await resolve();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === NOTFOUND || code === NODATA) return undefined;
    throw error;
  }
}
