import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildBundle } from '@heddle/bundle';
import { linkPrograms, startZookeeper } from '@heddle/testkit';
import { type Chain, type ChainOptions, type CloudEvent, runChain } from '@heddle/testkit/heat';
import { onTestFinished } from 'vitest';
import { checkCleanHost } from './clean-host.ts';

const checkout = fileURLToPath(new URL('../../', import.meta.url));
const examples = join(checkout, 'examples');
const tools = join(checkout, '.tools');

export interface TestChain extends Chain {
  readonly events: readonly CloudEvent[];
  /** Give the bodies of the signals that Heat has taken, by handle. */
  signals(): Readonly<Record<string, unknown>>;
}

export interface TestChainOptions {
  /** Changes the copy of the example before it is compiled. */
  readonly change?: (folder: string) => Promise<void>;
  readonly parameters?: ChainOptions['parameters'];
}

/** Take examples/two-servers the whole way on ZooKeeper; all of it ends with the test. */
export function chainOfTwoServers(options: TestChainOptions = {}): Promise<TestChain> {
  return chainOf({
    ...options,
    example: 'two-servers',
    deployment: 'shop',
    servers: ['db', 'web'],
    writes: ['/etc/shop', '/etc/mysql/server.cnf', '/etc/mysql/grants.sql'],
  });
}

export interface ExampleChain extends TestChainOptions {
  /** The example's folder, with its `template.yaml`. */
  readonly example: string;
  readonly deployment: string;
  /** The machines that stand ready: see `createCloud`. */
  readonly servers: readonly string[];
  /** What its roles write: none of it may be on this computer. */
  readonly writes: readonly string[];
}

/** Take an example the whole way on ZooKeeper; all of it ends with the test. */
export async function chainOf({
  example,
  deployment,
  servers,
  writes,
  change,
  parameters,
}: ExampleChain): Promise<TestChain> {
  await checkCleanHost(writes);
  const directory = await mkdtemp(join(tmpdir(), 'heddle-chain-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const folder = join(directory, example);
  await cp(join(examples, example), folder, { recursive: true });
  await change?.(folder);
  const zookeeper = await startZookeeper();
  onTestFinished(() => zookeeper.close());
  const { file: bundle } = await buildBundle({ outFile: join(directory, 'heddle.mjs') });
  const events: CloudEvent[] = [];
  const chain = await runChain({
    directory: join(directory, 'chain'),
    heddle: join(checkout, 'packages/cli/bin/heddle'),
    template: join(folder, 'template.yaml'),
    deployment,
    content: folder,
    bundle,
    store: `${zookeeper.url}/heddle`,
    servers,
    binds: [tools, dirname(process.execPath)],
    prepare: (machine) =>
      linkPrograms(machine, { node: process.execPath, 'chef-solo': join(tools, 'chef/bin/chef-solo') }),
    onEvent: (event) => events.push(event),
    ...(parameters && { parameters }),
  });
  onTestFinished(() => chain.cloud.close());
  const signals = () =>
    Object.fromEntries(events.flatMap((event) => (event.kind === 'signal' ? [[event.handle, event.details]] : [])));
  return { ...chain, events, signals };
}
