import type { GatheredMember } from './gather-head.ts';

/** Cut members into lists that each fit; a member that fits alone but not with others begins a new one. */
export function cutChunks(members: readonly GatheredMember[], sizeBytes: number): GatheredMember[][] {
  const chunks: GatheredMember[][] = [[]];
  let used = 2;
  for (const member of members) {
    const needed = Buffer.byteLength(JSON.stringify(member)) + 1;
    if (used + needed > sizeBytes && chunks.at(-1)?.length !== 0) {
      chunks.push([]);
      used = 2;
    }
    chunks.at(-1)?.push(member);
    used += needed;
  }
  return chunks;
}
