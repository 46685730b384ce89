/** Load the simulator: only `heddle sim` needs it, and the one-file heddle for machines leaves it out. */
export async function loadSimulator(): Promise<typeof import('@heddle/testkit/simulator')> {
  return import('@heddle/testkit/simulator');
}
