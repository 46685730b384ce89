// One of the two processes of the bare measurement: node store-peer.mjs URL SIDE ROUNDS PAUSE_MS LOG
import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStore } from '@heddle/agent';
import { decodeRecord, encodeRecord } from '@heddle/core';

const [url, side, roundsText, pauseText, log] = process.argv.slice(2);
const rounds = Number(roundsText);
const other = side === 'a' ? 'b' : 'a';
/** As much as an envelope has around a value. */
const padding = 'x'.repeat(220);

const store = await openStore(url);
const times = [];
let received = () => undefined;
let next = new Promise((resolve) => {
  received = resolve;
});
const watch = store.watch(['bench', other], {
  state(entry) {
    times.push(Number(process.hrtime.bigint() - BigInt(decodeRecord(entry.value).value)) / 1e6);
    const resolve = received;
    next = new Promise((again) => {
      received = again;
    });
    resolve();
  },
  gone: () => undefined,
  synced: () => undefined,
  status: () => undefined,
  failed(error) {
    throw error;
  },
});
// Each side says that it is there, so that no value comes before the watch.
await store.put(['bench', 'ready', side], encodeRecord({}), { expect: { absent: true } });
while ((await store.list(['bench', 'ready'])).length < 2) await sleep(5);

const write = async (round) => {
  await sleep(Number(pauseText));
  const value = encodeRecord({ value: String(process.hrtime.bigint()), padding });
  await store.put(['bench', side, `v${round}`], value, { expect: { absent: true } });
};
for (let round = 0; round < rounds; round += 1) {
  const answer = next;
  if (side === 'a') await write(round);
  await answer;
  if (side === 'b') await write(round);
}
await watch.close();
await store.close();
await writeFile(log, JSON.stringify(times));
