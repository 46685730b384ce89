import { HeddleError, type Rev } from '@heddle/core';
import type { KeyCodec } from '../key.ts';
import { formatRev, modRevisionOf, nextRevision } from '../revision.ts';
import { decodeStored } from '../stored.ts';
import type { EtcdEvent } from './etcd.ts';
import { kindOf } from './failure.ts';
import type { Link } from './link.ts';
import type { Attempt } from './operation.ts';
import type { ServerEntry } from './read.ts';
import type { Write } from './write.ts';

/** What is known of a write that was sent before, without a reply. */
export interface Unsettled {
  readonly attempt: Attempt;
  readonly codec: KeyCodec;
  readonly key: Buffer;
  /** A revision of the server from before the write was first sent. */
  readonly since: string;
}

type Verdict = { readonly rev: Rev | undefined };

/**
 * Find out whether a write happened that was sent before and is not what the key holds now: it may have been overwritten.
 *
 * The server's history of the key decides. A write that expects a revision can only be the first change after it; one that expects
 * an absent entry is among the changes since it was sent.
 * @returns its revision, or undefined when it did not happen.
 * @throws ambiguous when the history is gone, or does not say who removed the entry; what the link throws.
 */
export async function settle(
  write: Write,
  current: ServerEntry | undefined,
  sent: Unsettled,
): Promise<Rev | undefined> {
  const { expect } = write;
  if ('rev' in expect) {
    const mod = modRevisionOf(expect.rev);
    // The state that it expects still stands.
    if (mod === '-1' || current?.modRevision === mod) return undefined;
    const verdict = await search(sent, mod, (event) => {
      if (write.stored) return { rev: revIfOwn(event, write) };
      if (event.type === 'Delete') throw ambiguous('another client may have removed the entry');
      return { rev: undefined };
    });
    return verdict.rev;
  }
  // ASSUMES: nobody removed within this call what it had written. Then it did not happen, and repeating it was right.
  if (current === undefined) return undefined;
  const verdict = await search(sent, sent.since, (event) => {
    const rev = revIfOwn(event, write);
    return rev !== undefined || event.kv.mod_revision === current.modRevision ? { rev } : undefined;
  });
  return verdict.rev;
}

function revIfOwn({ type, kv }: EtcdEvent, { writeId }: Write): Rev | undefined {
  if (type !== 'Put' || decodeStored(kv.value, kv.key.toString()).writeId !== writeId) return undefined;
  return formatRev(kv.create_revision, kv.mod_revision);
}

/** Go through the changes of the key after a revision until one decides; the caller knows that one does. */
async function search(
  { attempt, key }: Unsettled,
  after: string,
  decide: (event: EtcdEvent) => Verdict | undefined,
): Promise<Verdict> {
  try {
    return await follow(attempt.link, key, nextRevision(after), decide, attempt.signal);
  } catch (error) {
    if (kindOf(error) === 'compacted') throw ambiguous('etcd has compacted the history of the key');
    throw error;
  }
}

function follow<T>(
  link: Link,
  key: Buffer,
  from: string,
  decide: (event: EtcdEvent) => T | undefined,
  signal: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => fail(signal.reason as Error);
    const range = { key, end: Buffer.concat([key, Buffer.of(0)]) };
    const watch = link.watches.follow(range, from, {
      events(events) {
        try {
          for (const event of events) {
            const decided = decide(event);
            if (decided === undefined) continue;
            stop();
            return resolve(decided);
          }
        } catch (error) {
          fail(error as Error);
        }
      },
      ended: (error) => fail(error),
    });
    const stop = (): void => {
      signal.removeEventListener('abort', onAbort);
      watch.cancel();
    };
    const fail = (error: Error): void => {
      stop();
      reject(error);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

function ambiguous(why: string): HeddleError {
  return new HeddleError('ambiguous', why);
}
