import { isHeddleError } from '@heddle/core';
import { openLink } from './client.ts';
import type { Link, LinkOptions, Requests } from './link.ts';

/**
 * Connect to a server, see that the root is there and may be read, and create it when it is absent.
 *
 * Reading the root is also the proof that the server has taken the credentials.
 * @throws like `openLink`; denied when this user may not read the root, or not create it.
 */
export async function establish(root: string, options: LinkOptions): Promise<Link> {
  const link = await openLink(options);
  try {
    await ensureRoot(link, root);
    return link;
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
