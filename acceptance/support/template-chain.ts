import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildBundle } from '@heddle/bundle';
import { linkPrograms, startZookeeper } from '@heddle/testkit';
import { type Chain, type ChainOptions, runChain } from '@heddle/testkit/heat';
import { onTestFinished } from 'vitest';

const checkout = fileURLToPath(new URL('../../', import.meta.url));

export interface TemplateChainOptions extends Pick<ChainOptions, 'deployment' | 'servers' | 'flags' | 'onEvent'> {
  /** Path to text; `template.yaml` is compiled, all of them are the content of the machines, and scripts can be run. */
  readonly files: Readonly<Record<string, string>>;
}

/** Take a template whose roles are scripts the whole way on ZooKeeper; all of it ends with the test. */
export async function chainOfTemplate({ files, ...options }: TemplateChainOptions): Promise<Chain> {
  const directory = await mkdtemp(join(tmpdir(), 'heddle-chain-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const content = join(directory, 'content');
  for (const [path, text] of Object.entries(files)) {
    const file = join(content, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    await chmod(file, path.endsWith('.sh') ? 0o755 : 0o644);
  }
  const zookeeper = await startZookeeper();
  onTestFinished(() => zookeeper.close());
  const { file: bundle } = await buildBundle({ outFile: join(directory, 'heddle.mjs') });
  const chain = await runChain({
    ...options,
    directory: join(directory, 'chain'),
    heddle: join(checkout, 'packages/cli/bin/heddle'),
    template: join(content, 'template.yaml'),
    content,
    bundle,
    store: `${zookeeper.url}/heddle`,
    binds: [dirname(process.execPath)],
    prepare: (machine) => linkPrograms(machine, { node: process.execPath }),
  });
  onTestFinished(() => chain.cloud.close());
  return chain;
}
