import { openStore } from '@heddle/agent';
import { decodeRecord, encodeRecord } from '@heddle/core';
import { padding } from './padding.mjs';

/** The embedded store has no client library of somebody else's: its own put, and a watch on the one key. */
export async function connect({ url, side, other }) {
  const store = await openStore(url);
  const read = (name) =>
    new Promise((resolve) => {
      const watch = store.watch([other, name], {
        state(entry) {
          resolve(decodeRecord(entry.value).text);
          setImmediate(() => watch.close());
        },
        gone: () => undefined,
        synced: () => undefined,
        status: () => undefined,
        failed(error) {
          throw error;
        },
      });
    });
  const write = (name, text) => store.put([side, name], encodeRecord({ text, padding }), { expect: { absent: true } });
  return {
    read: (round) => read(`v${round}`),
    write: (round, text) => write(`v${round}`, text),
    async meet() {
      await write('ready', '');
      await read('ready');
    },
    close: () => store.close(),
  };
}
