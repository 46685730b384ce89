import { startBenchEpoch } from '../publish-to-await/batch.mjs';
import { connect } from '../publish-to-await/core.mjs';

/** A node that writes and one that reads, each with a session of its own; `close` ends both. */
export async function connectPair(url, rounds) {
  await startBenchEpoch(url, rounds);
  const [writer, reader] = await Promise.all([
    connect({ url, side: 'a', other: 'b' }),
    connect({ url, side: 'b', other: 'a' }),
  ]);
  return {
    /** Write a value and read it on the other side; resolves when it is there. */
    async deliver(round) {
      const [text] = await Promise.all([reader.read(round), writer.write(round, `value ${round}`)]);
      if (text !== `value ${round}`) throw new Error(`round ${round} delivered another value`);
    },
    async close() {
      await Promise.all([writer.close(), reader.close()]);
    },
  };
}
