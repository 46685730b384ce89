import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildBundle } from '@heddle/bundle';
import { type Machine, runIn, startZookeeper } from '@heddle/testkit';
import { type Chain, type ChainOptions, type Cloud, runChain } from '@heddle/testkit/heat';
import { onTestFinished } from 'vitest';
import { checkCleanHost } from './clean-host.ts';
import { exists } from './exists.ts';

const checkout = fileURLToPath(new URL('../../', import.meta.url));

/** A signal that Heat has taken. */
export interface TakenSignal {
  readonly handle: string;
  readonly details: { readonly status: string; readonly reason: string; readonly data: string; readonly id: string };
}

/** Machines whose process 1 is systemd, booting from one template. */
export interface BareChain {
  readonly result: Promise<Chain>;
  readonly signals: readonly TakenSignal[];
  /** The machine of a server, from its preparation on. */
  machine(server: string): Machine;
  /** Whether it has written a file; false also before there is a machine. */
  has(server: string, path: string): Promise<boolean>;
  /** Run a command in it; gives what it printed. */
  run(server: string, ...argv: string[]): Promise<string>;
}

export interface BareChainOptions extends Pick<ChainOptions, 'flags' | 'offers' | 'parameters' | 'servers'> {
  /** The content, `template.yaml` included, by path. */
  readonly files: Readonly<Record<string, string>>;
  /** Makes the image of the machines. */
  readonly prepare: (machine: Machine) => Promise<void>;
}

/** Take a template the whole way on ZooKeeper; all of it ends with the test. */
export async function startBareChain({ files, prepare, ...options }: BareChainOptions): Promise<BareChain> {
  await checkCleanHost([
    '/srv/began',
    '/srv/first',
    '/srv/open',
    '/srv/port',
    '/srv/token',
    '/etc/heddle',
    '/opt/heddle',
  ]);
  const directory = await mkdtemp(join(tmpdir(), 'heddle-bare-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const content = join(directory, 'content');
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(content, path)), { recursive: true });
    await writeFile(join(content, path), text);
  }
  const zookeeper = await startZookeeper();
  onTestFinished(() => zookeeper.close());
  const { file: bundle } = await buildBundle({ outFile: join(directory, 'heddle.mjs') });
  const signals: TakenSignal[] = [];
  const machines = new Map<string, Machine>();
  const clouds: Cloud[] = [];
  const result = runChain({
    ...options,
    offers: async (cloud) => {
      clouds.push(cloud);
      return (await options.offers?.(cloud)) ?? [];
    },
    directory: join(directory, 'chain'),
    heddle: join(checkout, 'packages/cli/bin/heddle'),
    template: join(content, 'template.yaml'),
    deployment: 'bare',
    content,
    bundle,
    store: `${zookeeper.url}/heddle`,
    systemd: true,
    prepare: async (machine) => {
      machines.set(machine.name, machine);
      await prepare(machine);
    },
    onEvent: (event) => {
      if (event.kind !== 'signal') return;
      signals.push({ handle: event.handle, details: event.details as unknown as TakenSignal['details'] });
    },
  });
  // Whoever awaits it learns of an error; until then nobody may.
  result.catch(() => undefined);
  onTestFinished(async () => {
    // A test that fails waits for no stack.
    for (const cloud of clouds) await cloud.close();
  });
  const machine = (server: string): Machine => {
    const found = machines.get(server);
    if (found === undefined) throw new Error(`there is no machine ${server} yet`);
    return found;
  };
  return {
    result,
    signals,
    machine,
    has: async (server, path) => {
      const found = machines.get(server);
      return found !== undefined && exists(join(found.rootDirectory, path));
    },
    run: async (server, ...argv) => (await runIn(machine(server), argv)).output.trim(),
  };
}

/** Give a file to the machines as `URL#SHA256`. */
export async function offered(cloud: Cloud, name: string, file: string, sha256?: string): Promise<string> {
  const digest =
    sha256 ??
    createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
  return `${cloud.offer(name, file)}#${digest}`;
}
