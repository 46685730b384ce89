import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildBundle } from '@heddle/bundle';
import { createAuthority, linkPrograms, type ServerTls, startEtcd, startZookeeper } from '@heddle/testkit';
import { type Chain, type ChainOptions, type CloudEvent, runChain } from '@heddle/testkit/heat';
import { onTestFinished } from 'vitest';
import { checkCleanHost } from './clean-host.ts';

const checkout = fileURLToPath(new URL('../../', import.meta.url));
const tools = join(checkout, '.tools');

export interface TestChain extends Chain {
  readonly events: readonly CloudEvent[];
  /** Give the bodies of the signals that Heat has taken, by handle. */
  signals(): Readonly<Record<string, unknown>>;
}

export interface TestChainOptions {
  /** @default 'zk' */
  readonly store?: 'zk' | 'etcd';
  /** Its connections are encrypted then. @default nobody is asked who he is */
  readonly storeUser?: ChainOptions['storeUser'];
  /** Changes the copy of the example before it is compiled. */
  readonly change?: (folder: string) => Promise<void>;
  readonly parameters?: ChainOptions['parameters'];
  readonly flags?: ChainOptions['flags'];
  /** Name of the template in the example. @default 'template.yaml' */
  readonly template?: string;
}

/** A folder of examples/ with a template, and what its machines are. */
export interface TemplateExample {
  readonly name: string;
  readonly deployment: string;
  readonly servers: readonly string[];
  /** Paths that its roles write: they may not be on this host, which the machines' trees lie over. */
  readonly writes: readonly string[];
}

const twoServers: TemplateExample = {
  name: 'two-servers',
  deployment: 'shop',
  servers: ['db', 'web'],
  writes: ['/etc/shop', '/etc/mysql/server.cnf', '/etc/mysql/grants.sql'],
};

/** Take examples/two-servers the whole way; all of it ends with the test. */
export function chainOfTwoServers(options: TestChainOptions = {}): Promise<TestChain> {
  return chainOf(twoServers, options);
}

/** Take a template and its cookbooks the whole way: compile, seed, Heat, cloud-init, the bundle, chef-solo. All of it ends with the test. */
export async function chainOf(example: TemplateExample, options: TestChainOptions = {}): Promise<TestChain> {
  await checkCleanHost([...example.writes]);
  const directory = await mkdtemp(join(tmpdir(), 'heddle-chain-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const folder = join(directory, example.name);
  await cp(join(checkout, 'examples', example.name), folder, { recursive: true });
  await options.change?.(folder);
  const secure = options.storeUser === undefined ? undefined : await secureServer();
  const users = options.storeUser && { users: { [options.storeUser.user]: options.storeUser.password } };
  const server =
    options.store === 'etcd'
      ? await startEtcd({ ...users, ...(secure && { tls: secure }) })
      : await startZookeeper(secure && { tls: secure });
  onTestFinished(() => server.close());
  const { file: bundle } = await buildBundle({ outFile: join(directory, 'heddle.mjs') });
  const events: CloudEvent[] = [];
  const chain = await runChain({
    directory: join(directory, 'chain'),
    heddle: join(checkout, 'packages/cli/bin/heddle'),
    template: join(folder, options.template ?? 'template.yaml'),
    deployment: example.deployment,
    content: folder,
    bundle,
    store: `${server.url}/heddle`,
    servers: example.servers,
    binds: [tools, dirname(process.execPath)],
    prepare: (machine) =>
      linkPrograms(machine, { node: process.execPath, 'chef-solo': join(tools, 'chef/bin/chef-solo') }),
    onEvent: (event) => events.push(event),
    ...(options.parameters && { parameters: options.parameters }),
    ...(options.flags && { flags: options.flags }),
    ...(options.storeUser && { storeUser: options.storeUser }),
    ...(secure && { storeAuthorities: secure.authority.authorityFile }),
  });
  onTestFinished(() => chain.cloud.close());
  const signals = () =>
    Object.fromEntries(events.flatMap((event) => (event.kind === 'signal' ? [[event.handle, event.details]] : [])));
  return { ...chain, events, signals };
}

/** The address of a cloud's control machine, the first of its subnet: the store is reached there. */
const controlAddress = '10.77.0.10';

async function secureServer(): Promise<ServerTls> {
  const authority = await createAuthority();
  onTestFinished(() => authority.remove());
  const names = ['DNS:localhost', 'IP:127.0.0.1', `IP:${controlAddress}`];
  return { authority, server: await authority.issue('store', { names }) };
}
