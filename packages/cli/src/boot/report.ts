import { type Epoch, type Json, type Store, storedValue } from '@heddle/core';
import { type PatienceOptions, patiently } from './patience.ts';

export interface ReportOptions {
  readonly store: Store;
  readonly epoch: Epoch;
  readonly node: string;
  /** The outputs that are asked for. */
  readonly names: readonly string[];
}

/**
 * Read the outputs of a node that the end of its boot tells. What was not written, and what is sensitive, is left out and said so.
 *
 * @throws store errors; unavailable when the patience is over.
 */
export async function readReport(
  { store, epoch, node, names }: ReportOptions,
  patience: PatienceOptions,
): Promise<Readonly<Record<string, Json>>> {
  const { say } = patience;
  const found: [string, Json][] = [];
  for (const name of names) {
    const key = epoch.keys.value(node, name);
    const envelope = storedValue(await patiently('the store', () => store.get(key), patience))?.envelope;
    if (envelope === undefined) say(`${node}.${name} is not reported: it was not written`);
    else if (envelope.sensitive) say(`${node}.${name} is not reported: it is sensitive`);
    else found.push([name, envelope.value]);
  }
  return Object.fromEntries(found);
}
