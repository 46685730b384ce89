import { exists } from './exists.ts';

/**
 * Refuse to begin where this computer itself has what the machines of a test are to write. Their root trees lie over its own, so they would
 * find it there, and a tool that finds the content that it wants writes nothing.
 */
export async function checkCleanHost(paths: readonly string[]): Promise<void> {
  const found: string[] = [];
  for (const path of paths) if (await exists(path)) found.push(path);
  if (found.length === 0) return;
  throw new Error(
    `this computer has ${found.join(', ')} itself, which machines of this test are to write: somebody ran the recipes without --isolate machine; look at it and remove it: sudo rm -r ${found.join(' ')}`,
  );
}
