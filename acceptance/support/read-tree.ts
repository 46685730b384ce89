import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a machine itself keeps in its root tree, whatever runs on it, and what it forgets when it starts. */
const ofTheMachine =
  /^(\.heddle-machine|run\/.*|etc\/(hosts|hostname|resolv\.conf|machine-id)|(usr\/)?sbin\/policy-rc\.d)$/;

/**
 * Read every file of a machine's root tree with its mode, owner and content: `etc/shop/app.conf` to `644 0:0\n...`.
 *
 * @param written  Files of the machine itself that roles write, and that therefore count: `etc/hosts`.
 */
export async function readTree(root: string, written: readonly string[] = []): Promise<Record<string, string>> {
  const tree: Record<string, string> = {};
  for (const name of await readdir(root, { recursive: true })) {
    const path = join(root, name);
    const found = await lstat(path);
    if (!found.isFile() || (ofTheMachine.test(name) && !written.includes(name))) continue;
    tree[name] = `${(found.mode & 0o777).toString(8)} ${found.uid}:${found.gid}\n${await readFile(path, 'utf8')}`;
  }
  return tree;
}
