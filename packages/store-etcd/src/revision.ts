import type { Rev } from '@heddle/core';

/** A revision that no key ever has. */
const NO_REVISION = '-1';

/** Write a revision: the create and the modify revision of etcd, both counters of the whole server, so that neither comes twice for a key. */
export function formatRev(createRevision: string, modRevision: string): Rev {
  return `${createRevision}:${modRevision}`;
}

/** The modify revision that an entry with this revision has; for a text that was never one, a number that no entry has. */
export function modRevisionOf(rev: Rev): string {
  return /^\d{1,18}:([1-9]\d{0,17})$/.exec(rev)?.[1] ?? NO_REVISION;
}

/** The create revision within a revision. */
export function createRevisionOf(rev: Rev): string {
  return rev.slice(0, rev.indexOf(':'));
}

/** The revision that comes next. */
export function nextRevision(revision: string): string {
  return String(BigInt(revision) + 1n);
}
