import type { GatheredMember } from './gather-head.ts';

/** Cut members into lists that each fit; a member that fits alone but not with others begins a new one. */
export function cutChunks(members: readonly GatheredMember[], sizeBytes: number): GatheredMember[][] {
  const chunks: GatheredMember[][] = [[]];
  let used = 2;
  for (const member of members) {
    const needed = sizeOf(member) + 1;
    if (used + needed > sizeBytes && chunks.at(-1)?.length !== 0) {
      chunks.push([]);
      used = 2;
    }
    chunks.at(-1)?.push(member);
    used += needed;
  }
  return chunks;
}

/** Bytes of a member as JSON. Base64 stands in JSON as it is, so what is packed need not be written to be measured. */
function sizeOf(member: GatheredMember): number {
  const [name, rev, value, gzip] = member;
  if (gzip === undefined) return Buffer.byteLength(JSON.stringify(member));
  return Buffer.byteLength(JSON.stringify([name, rev, value, ''])) + gzip.length;
}
