// The agent of the node `db`, whose role writes nothing: node producer.mjs URL. Says when the role runs; ends it when it is told to, and
// tells the moment of the call that writes its end.
import { RoleReporter } from '@heddle/core';
import { connectNode } from '../lib/core-node.mjs';

const [url] = process.argv.slice(2);
const { session } = await connectNode({ url, name: 'db', sessionTimeoutMs: 10_000 });
const reporter = new RoleReporter(session, 'play', ['port']);
await reporter.update({ state: 'running', startedAt: new Date().toISOString() });
process.once('message', async () => {
  const endedAt = String(process.hrtime.bigint());
  await reporter.end({ state: 'failed', exitCode: 1 });
  process.send(endedAt);
});
process.send('running');
