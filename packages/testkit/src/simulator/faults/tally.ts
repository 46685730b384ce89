/** What can go wrong in a simulated world. */
export const faultClasses = [
  'stale-read',
  'slow-request',
  'refused-request',
  'lost-reply',
  'late-write',
  'write-never-landed',
  'coalesced-watch',
  'slow-watch',
  'disconnect',
  'session-lost',
  'store-outage',
  'crash-and-restart',
  'machine-lost',
  'pause',
  'paused-and-lost',
  'cut-for-long',
  'paused-for-long',
  'clock-jump',
  'older-epoch',
  'abort',
  'small-chunks',
  'rights-of-nodes',
  'role-fails',
  'output-never-written',
  'role-hangs',
] as const;

export type FaultClass = (typeof faultClasses)[number];

/** Counts what happened, by name. */
export class Tally {
  readonly counts = new Map<string, number>();

  add(name: string, count = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + count);
  }

  addAll(other: Iterable<readonly [string, number]>): void {
    for (const [name, count] of other) this.add(name, count);
  }
}
