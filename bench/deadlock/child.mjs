// Some nodes of a circle in one process: node child.mjs URL SIDE NAME... Says when it is ready, then does what its parent says.
// SIDE is that of the floor: `reader` records a wait and waits for its verdict, `judge` writes a verdict for each wait.
import { connectNode } from '../lib/core-node.mjs';

const [url, side, ...names] = process.argv.slice(2);
const nodes = new Map();
const now = () => String(process.hrtime.bigint());

for (const name of names) {
  const node = await connectNode({ url, name });
  node.onRecorded(() => process.send({ name, event: 'recorded' }));
  nodes.set(name, node);
}
const floor = startFloor([...nodes.values()][0].session.store);

function startFloor(store) {
  const content = Buffer.from('x'.repeat(300));
  const expect = { absent: true };
  const watch = (prefix, state) =>
    store.watch([prefix], {
      state,
      gone: () => undefined,
      synced: () => undefined,
      status: () => undefined,
      failed: (error) => {
        throw error;
      },
    });
  if (side === 'judge') watch('bench-waits', ({ key }) => store.put(['bench-verdicts', key[1]], content, { expect }));
  const ends = new Map();
  if (side === 'reader') watch('bench-verdicts', ({ key }) => ends.get(key[1])?.());
  return async (number) => {
    const end = new Promise((resolve) => {
      ends.set(number, () => resolve(now()));
    });
    const from = now();
    await store.put(['bench-waits', number], content, { expect });
    return { from, to: await end };
  };
}

const words = {
  /** Read what the next node of the circle writes; tells when it began, and when and how it ended. */
  async read({ name, input }) {
    const from = now();
    const code = await nodes
      .get(name)
      .read(input)
      .then(
        () => 'value',
        (error) => error.code ?? String(error),
      );
    return { from, to: now(), code };
  },
  publish: ({ name, output }) => nodes.get(name).publish(output, `${output} of ${name}`),
  floor: ({ number }) => floor(number),
  close: () => Promise.all([...nodes.values()].map((node) => node.close())),
};

process.on('message', async ({ word, call, ...more }) => {
  const answer = await words[word](more);
  process.send({ event: 'answer', call, answer }, () => {
    if (word === 'close') process.exit(0);
  });
});
process.send({ event: 'ready' });
