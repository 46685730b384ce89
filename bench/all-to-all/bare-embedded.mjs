import { openStore } from '@heddle/agent';
import { decodeRecord, encodeRecord } from '@heddle/core';

const absent = { expect: { absent: true } };

/** The embedded store has no client library of somebody else's: its own put and watch. */
export async function connect({ url, index, count, value }) {
  const store = await openStore(url, { sessionTimeoutMs: 60_000, connectTimeoutMs: 60_000 });
  const follow = (prefix, state) =>
    new Promise((resolve, reject) => {
      const watch = store.watch(prefix, {
        state(entry) {
          const found = state(entry);
          if (found === undefined) return;
          resolve(found);
          setImmediate(() => watch.close());
        },
        gone: () => undefined,
        synced: () => undefined,
        status: () => undefined,
        failed: reject,
      });
    });
  return {
    async exchange() {
      await store.put(['values', String(index)], encodeRecord(value), absent);
      if (index === 0) {
        const values = [];
        let found = 0;
        await follow(['values'], ({ key, value: bytes }) => {
          values[Number(key[1])] = decodeRecord(bytes);
          found += 1;
          return found === count ? true : undefined;
        });
        await store.put(['aggregate'], encodeRecord(values), absent);
      }
      return follow(['aggregate'], (entry) => decodeRecord(entry.value));
    },
    close: () => store.close(),
  };
}
