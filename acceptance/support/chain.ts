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
const example = join(checkout, 'examples/two-servers');
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
  /** Name of the template in the example. @default 'template.yaml' */
  readonly template?: string;
}

/** Take examples/two-servers the whole way on ZooKeeper; all of it ends with the test. */
export async function chainOfTwoServers(options: TestChainOptions = {}): Promise<TestChain> {
  await checkCleanHost(['/etc/shop', '/etc/mysql/server.cnf', '/etc/mysql/grants.sql']);
  const directory = await mkdtemp(join(tmpdir(), 'heddle-chain-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const folder = join(directory, 'two-servers');
  await cp(example, folder, { recursive: true });
  await options.change?.(folder);
  const zookeeper = await startZookeeper();
  onTestFinished(() => zookeeper.close());
  const { file: bundle } = await buildBundle({ outFile: join(directory, 'heddle.mjs') });
  const events: CloudEvent[] = [];
  const chain = await runChain({
    directory: join(directory, 'chain'),
    heddle: join(checkout, 'packages/cli/bin/heddle'),
    template: join(folder, options.template ?? 'template.yaml'),
    deployment: 'shop',
    content: folder,
    bundle,
    store: `${zookeeper.url}/heddle`,
    servers: ['db', 'web'],
    binds: [tools, dirname(process.execPath)],
    prepare: (machine) =>
      linkPrograms(machine, { node: process.execPath, 'chef-solo': join(tools, 'chef/bin/chef-solo') }),
    onEvent: (event) => events.push(event),
    ...(options.parameters && { parameters: options.parameters }),
  });
  onTestFinished(() => chain.cloud.close());
  const signals = () =>
    Object.fromEntries(events.flatMap((event) => (event.kind === 'signal' ? [[event.handle, event.details]] : [])));
  return { ...chain, events, signals };
}
