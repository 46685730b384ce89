import { type Envelope, type Epoch, type Json, parse, type Store } from '@heddle/core';

/**
 * Read the outputs of a node that the end of its boot tells. What was not written, and what is sensitive, is left out and said so.
 *
 * @throws store errors.
 */
export async function readReport(
  store: Store,
  epoch: Epoch,
  node: string,
  names: readonly string[],
  say: (line: string) => void,
): Promise<Readonly<Record<string, Json>>> {
  const found: [string, Json][] = [];
  for (const name of names) {
    const entry = await store.get(epoch.keys.value(node, name));
    // A seeded key without a value is absent.
    const envelope = entry === undefined || entry.value.byteLength === 0 ? undefined : parse<Envelope>(entry);
    if (envelope === undefined) say(`${node}.${name} is not reported: it was not written`);
    else if (envelope.sensitive) say(`${node}.${name} is not reported: it is sensitive`);
    else found.push([name, envelope.value]);
  }
  return Object.fromEntries(found);
}
