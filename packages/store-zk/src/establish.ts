import { isHeddleError } from '@heddle/core';
import { openLink } from './client.ts';
import type { Link, LinkOptions, Requests } from './link.ts';

/** A link that is ready for use. */
export interface Established {
  readonly link: Link;
  /** Whether this server is one of several, and so may lag behind what another one has acknowledged. */
  readonly isInEnsemble: boolean;
}

/**
 * Connect to a server, see that the root is there and may be read, and create it when it is absent.
 *
 * Reading the root is also the proof that the server has taken the credentials; a node may not read it, and reads what it was granted.
 *
 * @param proof  What a node may read.
 * @throws like `openLink`; denied when this user may not read the root, or not create it.
 */
export async function establish(root: string, options: LinkOptions, proof?: string): Promise<Established> {
  const link = await openLink(options);
  try {
    if (proof === undefined) await ensureRoot(link, root);
    else await link.children(proof);
    return { link, isInEnsemble: await isInEnsemble(link) };
  } catch (error) {
    if (isHeddleError(error) && error.code === 'denied') await link.end();
    link.destroy(error as Error);
    throw error;
  }
}

/** Create the root and what is above it, where it is absent. What is above it is shared with the roots of others. */
export async function ensureRoot(link: Requests, root: string): Promise<void> {
  if ((await link.children(root === '' ? '/' : root)) !== undefined) return;
  const segments = root.split('/').slice(1);
  for (const [index] of segments.entries()) {
    const path = `/${segments.slice(0, index + 1).join('/')}`;
    // One that exists already was created by somebody else meanwhile.
    await link.commit([{ do: 'create', path, isShared: index < segments.length - 1 }]);
  }
}

/** Ask for the servers that the server knows; one that stands alone knows none. One that cannot tell is taken for one of several. */
async function isInEnsemble(link: Requests): Promise<boolean> {
  try {
    const config = await link.data('/zookeeper/config');
    return config === undefined || /^server\./m.test(Buffer.from(config).toString());
  } catch (error) {
    if (isHeddleError(error) && error.code === 'denied') return true;
    throw error;
  }
}
