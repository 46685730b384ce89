import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createMachines, type Machine } from '@heddle/testkit';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';
import { checkCleanHost } from './clean-host.ts';
import { chefBin, Deployment } from './deployment.ts';
import { readTree } from './read-tree.ts';
import type { HeddleEnd } from './run.ts';

const checkout = fileURLToPath(new URL('../../', import.meta.url));

/** The files of each machine, as `readTree` gives them. */
export type Trees = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface ExampleOptions {
  /** Folder below `examples`. */
  readonly name: string;
  /** Its deployment file, for a second form of the example. @default 'heddle.yaml' */
  readonly file?: string;
  /** The name that the file gives the deployment. @default `name` */
  readonly deploymentName?: string;
  /** The nodes in the order of heddle.yaml: machine number i has the address that ends in 10 + i, with and without Heddle. */
  readonly nodes: readonly string[];
  /** What the roles write; this computer itself must not have it. */
  readonly writes: readonly string[];
  /** Files of the machine itself that the roles write: `etc/hosts`. @default none */
  readonly written?: readonly string[];
}

/** An example that `heddle up` has taken to its end on machines. */
export interface ExampleRun {
  readonly deployment: Deployment;
  readonly end: HeddleEnd;
  /** A node's working folder. */
  folder(node: string): string;
  /** @param of  @default the nodes of the example */
  trees(of?: readonly string[]): Promise<Trees>;
}

export interface RunOptions {
  /** Changes the copy before it runs. @default nothing */
  readonly change?: (folder: string) => Promise<void>;
  /** More words of the command: `-v`. @default none */
  readonly words?: readonly string[];
}

/** Copy an example and run it as a reader of its page does: `heddle up --isolate machine`. */
export async function runExample(
  { name, file = 'heddle.yaml', deploymentName = name, nodes, writes, written }: ExampleOptions,
  { change, words = [] }: RunOptions = {},
): Promise<ExampleRun> {
  await checkCleanHost(writes);
  const deployment = await Deployment.create({});
  await copyExample(name, deployment.directory);
  await change?.(deployment.directory);
  const end = await deployment.heddle('up', file, '--isolate', 'machine', ...words);
  const folder = (node: string) => join(deployment.directory, '.heddle', deploymentName, 'nodes', node);
  const trees = (of = nodes) => readTrees(of, (node) => join(folder(node), 'root'), written);
  return { deployment, end, folder, trees };
}

export interface PlainOptions {
  /** Put values of a real run in place of the ones that `static/NODE.json` makes up: text to text. @default none */
  readonly replace?: Readonly<Record<string, string>>;
  /** A program of the example that runs in each machine first. */
  readonly first?: string;
  /** Puts files into a machine's root tree before it starts. @default nothing */
  readonly place?: (node: string, root: string) => Promise<void>;
}

/** Run the same cookbooks without Heddle, `chef-solo -j static/NODE.json` on a machine for each node, and read what they wrote. */
export async function runPlain(
  { name, nodes, writes, written }: ExampleOptions,
  { replace = {}, first, place }: PlainOptions = {},
): Promise<Trees> {
  await checkCleanHost(writes);
  const { directory } = await Deployment.create({});
  const machines = join(directory, 'machines');
  for (const node of nodes) await place?.(node, join(machines, node, 'root'));
  const set = await createMachines({ directory: machines, names: nodes, binds: [checkout, directory] });
  onTestFinished(() => set.close());
  await Promise.all(
    [...set.machines].map(async ([node, machine]) => {
      const copy = join(directory, node);
      await copyExample(name, copy);
      const attributes = join(copy, 'static', `${node}.json`);
      const text = await readFile(attributes, 'utf8');
      const filled = Object.entries(replace).reduce((filling, [from, to]) => filling.replaceAll(from, to), text);
      await writeFile(attributes, filled);
      if (first !== undefined) await run(machine, [join(copy, first)], copy);
      const chef = [join(chefBin, 'chef-solo'), '--chef-license', 'accept-silent', '-c', 'solo.rb', '-j', attributes];
      await run(machine, chef, copy);
    }),
  );
  await set.close();
  return readTrees(nodes, (node) => join(machines, node, 'root'), written);
}

/** What `heddle up` said on standard error, without the compiler's warnings of roles that read each other. */
export function complaints({ stderr }: HeddleEnd): string[] {
  return stderr.split('\n').filter((line) => line !== '' && !/^heddle: warning: \w+\.yaml:/.test(line));
}

/** The content of a file of a tree, without the line of mode and owner. */
export function contentOf(trees: Trees, node: string, file: string): string | undefined {
  return trees[node]?.[file]?.replace(/^.*\n/, '');
}

function copyExample(name: string, to: string): Promise<void> {
  const from = join(checkout, 'examples', name);
  return cp(from, to, { recursive: true, filter: (path) => !path.includes('/.heddle') });
}

async function run(machine: Machine, argv: readonly string[], cwd: string): Promise<void> {
  const [program = '', ...words] = machine.command(argv, { cwd });
  await execa(program, words);
}

async function readTrees(
  nodes: readonly string[],
  rootOf: (node: string) => string,
  written: readonly string[] = [],
): Promise<Trees> {
  return Object.fromEntries(
    await Promise.all(nodes.map(async (node) => [node, await readTree(rootOf(node), written)] as const)),
  );
}
