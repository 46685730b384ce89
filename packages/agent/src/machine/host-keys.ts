import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Read the public host keys of this machine's SSH server: the key's type, as in known_hosts (`ssh-ed25519`), to the key in base64.
 *
 * Empty when there are none.
 *
 * @param directory  Where the keys are, absolute.
 */
export async function machineHostKeys(directory: string): Promise<Readonly<Record<string, string>>> {
  const keys = new Map<string, string>();
  for (const file of (await namesIn(directory)).filter((name) => /^ssh_host_.+_key\.pub$/.test(name)).sort()) {
    const [type, key] = (await readFile(join(directory, file), 'utf8')).trim().split(/\s+/);
    if (type !== undefined && key !== undefined) keys.set(type, key);
  }
  return Object.fromEntries(keys);
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
