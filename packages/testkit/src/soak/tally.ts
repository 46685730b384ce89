import { type Entry, isHeddleError, type Key, type Store } from '@heddle/core';
import { bytes, textOf } from '../store-conformance/entries.ts';

/** What an entry holds: for each writer how often it has counted, and with which attempt it did so last. */
type Slots = Readonly<Record<string, { readonly count: number; readonly attempt: string } | undefined>>;

/** One writer that counts in one entry, together with others or alone, and knows which of its attempts must have happened. */
export interface Tally {
  /** How often it has counted for certain. */
  readonly counted: number;
  readonly attempts: number;
  /** Attempts whose answer was lost. */
  readonly ambiguous: number;
  /** Try to count once more; true when it has. A store out of reach is false. Throws when something was lost or happened twice. */
  count(): Promise<boolean>;
  /** Compare an entry, read when nobody counts any more, with what it knows; throws when something was lost or happened twice. */
  check(entry: Entry | undefined): void;
}

/** Begin to count at a key as `writer`; each attempt is a compare-and-set, given up after `timeoutMs`. */
export function createTally(store: Store, key: Key, writer: string, timeoutMs: number): Tally {
  const name = `${writer} at ${key.join('/')}`;
  // Attempts that had no answer, since the last one that had.
  const open = new Set<string>();
  let known: { readonly entry: Entry | undefined } | undefined;
  const totals = { counted: 0, attempts: 0, ambiguous: 0 };

  const observe = (entry: Entry | undefined): void => {
    const slot = slotsOf(entry)[writer] ?? { count: 0, attempt: '' };
    if (open.delete(slot.attempt)) {
      totals.counted += 1;
      // Whatever was tried before it expects a revision that is gone.
      open.clear();
    }
    if (slot.count !== totals.counted) {
      throw new Error(`${name}: ${totals.counted} were counted, the store has ${slot.count}, last ${slot.attempt}`);
    }
    known = { entry };
  };

  const write = async (entry: Entry | undefined, attempt: string): Promise<boolean> => {
    const slots = { ...slotsOf(entry), [writer]: { count: totals.counted + 1, attempt } };
    const value = bytes(JSON.stringify(slots));
    const expect = entry ? { rev: entry.rev } : ({ absent: true } as const);
    const result = await store.put(key, value, { expect, timeoutMs });
    if (!result.ok) {
      if (slotsOf(result.current)[writer]?.attempt === attempt) {
        throw new Error(`${name}: the attempt ${attempt} happened, and the store says that it was lost`);
      }
      observe(result.current);
      return false;
    }
    open.clear();
    totals.counted += 1;
    known = { entry: { key, value, rev: result.rev } };
    return true;
  };

  return {
    get counted() {
      return totals.counted;
    },
    get attempts() {
      return totals.attempts;
    },
    get ambiguous() {
      return totals.ambiguous;
    },
    async count() {
      try {
        if (!known) observe(await store.get(key, { timeoutMs }));
      } catch (error) {
        checkIsOutOfReach(error);
        return false;
      }
      totals.attempts += 1;
      const attempt = `${writer}.${totals.attempts}`;
      try {
        return await write(known?.entry, attempt);
      } catch (error) {
        // A write that was never sent cannot have happened; one that may have been sent is looked for.
        if (checkIsOutOfReach(error) !== 'unavailable') {
          open.add(attempt);
          totals.ambiguous += 1;
        }
        known = undefined;
        return false;
      }
    },
    check: observe,
  };
}

function slotsOf(entry: Entry | undefined): Slots {
  const text = textOf(entry);
  return text === undefined ? {} : (JSON.parse(text) as Slots);
}

/** The code of an error that a store may give while it is out of reach; any other error is thrown. */
function checkIsOutOfReach(error: unknown): string {
  const isExpected =
    isHeddleError(error) &&
    (error.code === 'unavailable' || error.code === 'ambiguous' || error.code === 'session-lost');
  if (!isExpected) throw error;
  return error.code;
}
