import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa, type ResultPromise } from 'execa';
import { onTestFinished } from 'vitest';

/** The heddle command of this checkout; it runs what `tsc -b` built. */
export const heddleProgram = fileURLToPath(new URL('../../packages/cli/bin/heddle', import.meta.url));

/** Where the set-up put Chef. */
export const chefBin = fileURLToPath(new URL('../../.tools/chef/bin/', import.meta.url));

export interface HeddleResult {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder with a deployment of a test, removed when the test ends. */
export class Deployment {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  /** Write the files of a deployment; a file that begins with `#!` becomes executable. */
  static async create(files: Readonly<Record<string, string>>): Promise<Deployment> {
    const deployment = new Deployment(await mkdtemp(join(tmpdir(), 'heddle-acceptance-')));
    onTestFinished(() => rm(deployment.directory, { recursive: true, force: true }));
    for (const [name, text] of Object.entries(files)) await deployment.write(name, text);
    return deployment;
  }

  async write(name: string, text: string): Promise<void> {
    const path = join(this.directory, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    if (text.startsWith('#!')) await chmod(path, 0o755);
  }

  /** Start `heddle ...` in the folder; it is ended with the test if it has not ended by then. */
  start(...words: readonly string[]): ResultPromise<{ reject: false }> {
    const child = execa(heddleProgram, words, { cwd: this.directory, reject: false, stdin: 'ignore', env: environment(), forceKillAfterDelay: 5000 });
    onTestFinished(() => {
      child.kill('SIGTERM');
    });
    return child;
  }

  /** Run `heddle ...` to its end. */
  async heddle(...words: readonly string[]): Promise<HeddleResult> {
    const { exitCode, stdout, stderr } = await this.start(...words);
    return { exitCode, stdout, stderr };
  }

  /** Read a file below the folder. */
  read(name: string): Promise<string> {
    return readFile(join(this.directory, name), 'utf8');
  }
}

function environment(): NodeJS.ProcessEnv {
  return { HEDDLE_STORE: undefined, HEDDLE_DEPLOYMENT: undefined, HEDDLE_NODE: undefined, NO_COLOR: '1' };
}

/** The files of one cookbook. */
export function cookbook(name: string, files: Readonly<Record<string, string>>): Record<string, string> {
  const all = { 'metadata.rb': `name '${name}'\nversion '1.0.0'\n`, ...files };
  return Object.fromEntries(Object.entries(all).map(([file, text]) => [`cookbooks/${name}/${file}`, text]));
}

/** A solo.rb that finds the cookbooks beside it. */
export const soloRb = "cookbook_path File.expand_path('cookbooks', __dir__)\n";
