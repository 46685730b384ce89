import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildBundle } from '@heddle/bundle';
import { linkPrograms } from '@heddle/testkit';
import { type Cloud, type CloudEvent, createCloud, type StackResult } from '@heddle/testkit/heat';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';
import { checkCleanHost } from './clean-host.ts';

const checkout = fileURLToPath(new URL('../../', import.meta.url));
const example = join(checkout, 'examples/two-servers');
const tools = join(checkout, '.tools');
const heddle = join(checkout, 'packages/cli/bin/heddle');

export interface CoordinatedChain {
  readonly cloud: Cloud;
  readonly result: StackResult;
  /** The template that Heat got. */
  readonly compiled: string;
  /** Bodies of the signals that Heat has taken, by handle. */
  signals(): Readonly<Record<string, { readonly status: string; readonly reason: string }>>;
}

/**
 * Take examples/two-servers the whole way with a coordinator in its stack; nothing but Heat starts or seeds the store.
 *
 * Machines of the test kit have the packages of this computer: what the coordinator would install is there.
 * @param planUrl  Says where the coordinator is to fetch the plan. @default nowhere: it is in the template
 */
export async function chainWithCoordinator(
  kind: 'zk' | 'etcd',
  planUrl: (cloud: Cloud) => string | undefined = () => undefined,
): Promise<CoordinatedChain> {
  await checkCleanHost(['/etc/shop', '/etc/mysql/server.cnf', '/etc/mysql/grants.sql', '/var/lib/heddle-coordinator']);
  const directory = await mkdtemp(join(tmpdir(), 'heddle-coordinator-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const folder = join(directory, 'two-servers');
  await cp(example, folder, { recursive: true });
  const { file: bundle } = await buildBundle({ outFile: join(directory, 'heddle.mjs') });
  const content = join(directory, 'content.tar.gz');
  await execa('tar', ['--create', '--gzip', '--file', content, '--directory', folder, '.']);

  const events: CloudEvent[] = [];
  const cloud = await createCloud({
    directory: join(directory, 'machines'),
    servers: ['heddle-coordinator', 'db', 'web'],
    binds: [tools, dirname(process.execPath)],
    prepare: (machine) =>
      linkPrograms(machine, { node: process.execPath, 'chef-solo': join(tools, 'chef/bin/chef-solo') }),
    onEvent: (event) => events.push(event),
  });
  onTestFinished(() => cloud.close());

  const stack = join(directory, 'stack.json');
  const fetched = async (name: string, file: string) =>
    `${cloud.offer(name, file)}#${createHash('sha256')
      .update(await readFile(file))
      .digest('hex')}`;
  const url = planUrl(cloud);
  const flags = ['--coordinator', kind, '--deployment', 'shop', '-o', stack];
  flags.push('--bundle', await fetched('heddle.mjs', bundle), '--content', await fetched('content.tar.gz', content));
  if (url !== undefined) flags.push('--plan-url', url);
  await execa(heddle, ['compile', join(folder, 'template.yaml'), ...flags]);
  const compiled = await readFile(stack, 'utf8');
  const result = await cloud.create({ stackName: 'shop', template: compiled, parameters: {} });
  const signals = () =>
    Object.fromEntries(
      events.flatMap((event) =>
        event.kind === 'signal' ? [[event.handle, event.details as { status: string; reason: string }]] : [],
      ),
    );
  return { cloud, result, compiled, signals };
}
