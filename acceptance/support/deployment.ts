import { randomUUID } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { Gate } from './gate.ts';
import { endProcesses, findProcesses, markVariable, type Process } from './processes.ts';
import { type HeddleEnd, HeddleRun } from './run.ts';

/** Where the set-up put Chef. */
export const chefBin = fileURLToPath(new URL('../../.tools/chef/bin/', import.meta.url));

/** A folder with a deployment of a test. When the test ends, its processes are ended and the folder is removed. */
export class Deployment {
  readonly directory: string;
  /** Where its values are when the tests run on a store with a server, a root of its own; undefined: embedded, in the folder. */
  readonly storeUrl = ownRoot(testStore);

  private constructor(directory: string) {
    this.directory = directory;
  }

  /** Write the files of a deployment; a file that begins with `#!` becomes executable. */
  static async create(files: Readonly<Record<string, string>>): Promise<Deployment> {
    const deployment = await Deployment.open();
    onTestFinished(() => deployment.close());
    for (const [name, text] of Object.entries(files)) await deployment.write(name, text);
    return deployment;
  }

  /** Make an empty folder that outlives a test; whoever opens it closes it. */
  static async open(): Promise<Deployment> {
    return new Deployment(await mkdtemp(join(tmpdir(), 'heddle-acceptance-')));
  }

  /** End its processes and remove the folder. */
  async close(): Promise<void> {
    await endProcesses(this.directory);
    await rm(this.directory, { recursive: true, force: true });
  }

  async write(name: string, text: string): Promise<void> {
    const path = join(this.directory, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    if (text.startsWith('#!')) await chmod(path, 0o755);
  }

  /** Start `heddle ...` in the folder. */
  start(...words: readonly string[]): HeddleRun {
    return this.startWith({}, ...words);
  }

  /** Start `heddle ...` in the folder with more environment; undefined takes a variable away. */
  startWith(environment: NodeJS.ProcessEnv, ...words: readonly string[]): HeddleRun {
    const env = { ...baseEnvironment, HEDDLE_STORE: this.storeUrl, [markVariable]: this.directory, ...environment };
    return new HeddleRun(words, this.directory, env);
  }

  /** Run `heddle ...` to its end. */
  heddle(...words: readonly string[]): Promise<HeddleEnd> {
    return this.start(...words).end();
  }

  /** Read a file below the folder. */
  read(name: string): Promise<string> {
    return readFile(join(this.directory, name), 'utf8');
  }

  /** Make a gate at which a role waits until the test opens it. */
  gate(name: string): Promise<Gate> {
    return Gate.create(join(this.directory, name));
  }

  /** All living processes that anything in this folder started, agents and CM runs included. */
  processes(): Promise<readonly Process[]> {
    return findProcesses(this.directory);
  }
}

/** The store that `HEDDLE_STORE` names for all acceptance tests; undefined: the embedded one. */
export const testStore = process.env['HEDDLE_STORE'] || undefined;

/** The largest value that the store of the tests takes, in bytes, as docs/reference/stores.md says it. */
export const maxValueBytes = testStore?.startsWith('zk:') === true ? 900_000 : 1_048_576;

/** A root that no other deployment has, below that of the tests. */
function ownRoot(url: string | undefined): string | undefined {
  return url === undefined ? undefined : `${url.replace(/\/+$/, '')}/${randomUUID()}`;
}

const baseEnvironment: NodeJS.ProcessEnv = {
  HEDDLE_DEPLOYMENT: undefined,
  HEDDLE_NODE: undefined,
  HEDDLE_CHEF_SOLO: undefined,
  NO_COLOR: '1',
};

/** The files of one cookbook. */
export function cookbook(name: string, files: Readonly<Record<string, string>>): Record<string, string> {
  const all = { 'metadata.rb': `name '${name}'\nversion '1.0.0'\n`, ...files };
  return Object.fromEntries(Object.entries(all).map(([file, text]) => [`cookbooks/${name}/${file}`, text]));
}

/** A solo.rb that finds the cookbooks beside it. */
export const fullSoloRb = "cookbook_path File.expand_path('cookbooks', __dir__)\n";

/** The same for recipes that read little of the machine: host names and the platform alone are looked up, which is two fifths of a short run's computing. */
export const soloRb = `${fullSoloRb}minimal_ohai true\n`;

/** A shell script that stops at the first command that fails. */
export function script(...lines: readonly string[]): string {
  return ['#!/bin/sh', 'set -e', ...lines, ''].join('\n');
}
