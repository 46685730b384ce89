// One of the two processes of a batch: node peer.mjs CLIENT URL SIDE ROUNDS PAUSE_MS LOG
import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const [client, url, side, roundsText, pauseText, log] = process.argv.slice(2);
const rounds = Number(roundsText);
const { connect } = await import(`./${client}.mjs`);
const peer = await connect({ url, side, other: side === 'a' ? 'b' : 'a' });

const times = [];
const read = async (round) => {
  const written = await peer.read(round);
  times.push(Number(process.hrtime.bigint() - BigInt(written)) / 1e6);
};
const write = async (round) => {
  // So that the reader surely waits before the value is written.
  await sleep(Number(pauseText));
  await peer.write(round, String(process.hrtime.bigint()));
};

await peer.meet();
for (let round = 0; round < rounds; round += 1) {
  const answer = read(round);
  if (side === 'a') await write(round);
  await answer;
  if (side === 'b') await write(round);
}
await peer.close();
await writeFile(log, JSON.stringify(times));
