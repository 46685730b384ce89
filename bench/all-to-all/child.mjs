// The nodes FROM to TO - 1 of COUNT in one process: node child.mjs CLIENT URL FROM TO COUNT. Does what its parent says, a word at a time.
import { countOperations } from './operations.mjs';

const [client, url, ...numbers] = process.argv.slice(2);
const [from, to, count] = numbers.map(Number);
const counted = process.env.COUNT_OPERATIONS ? countOperations() : undefined;
const { connect } = await import(`./${client}.mjs`);
const connectionsAtOnce = 25;

const nodes = [];
const words = {
  async login() {
    counted?.during('login');
    const indexes = Array.from({ length: to - from }, (_, index) => from + index);
    const connectNext = async () => {
      for (let index = indexes.shift(); index !== undefined; index = indexes.shift())
        nodes.push(await connect({ url, index, count, value: valueOf(index) }));
    };
    await Promise.all(Array.from({ length: connectionsAtOnce }, connectNext));
  },
  async exchange() {
    counted?.during('exchange');
    await Promise.all(
      nodes.map(async (node) => {
        const values = await node.exchange();
        if (values.length !== count || values.some((value, index) => value !== valueOf(index)))
          throw new Error(`a node has ${values.length} values of ${count}, or others than were written`);
      }),
    );
    counted?.during('close');
  },
  async report() {
    return { rssMb: process.memoryUsage.rss() / 1e6, operations: counted?.counts };
  },
  close: () => Promise.all(nodes.map((node) => node.close())),
};

process.on('message', async (word) => {
  const answer = await words[word]();
  process.send(word === 'report' ? answer : word, () => {
    if (word === 'close') process.exit(0);
  });
});

/** 200 bytes that tell whose they are. */
function valueOf(index) {
  return `value of node ${index} `.padEnd(200, 'x');
}
