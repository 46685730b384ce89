import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';
import { type BuiltBundle, buildBundle } from '../../src/index.ts';

/** Where the set-up put Chef. */
export const chefSolo = fileURLToPath(new URL('../../../../.tools/chef/bin/chef-solo', import.meta.url));

const mark = 'HEDDLE_BUNDLE_TEST';

/** A folder of its own far from any node_modules. */
export async function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'heddle-bundle-'));
}

/** Build a bundle into a new folder; the caller removes the folder. */
export async function buildInto(folder: string): Promise<BuiltBundle> {
  return buildBundle({ outFile: join(folder, 'built/heddle.mjs') });
}

export interface Result {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** A machine as far as the bundle sees it: an empty folder, the file, no environment but a PATH without Heddle. */
export class Alone {
  readonly folder: string;
  readonly home: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.home = join(folder, 'home');
  }

  static async create(bundle: string, files: Readonly<Record<string, string>> = {}): Promise<Alone> {
    const alone = new Alone(await temporaryFolder());
    onTestFinished(() => alone.#remove());
    await copyFile(bundle, join(alone.folder, 'heddle.mjs'));
    await mkdir(join(alone.folder, 'work'));
    for (const [name, text] of Object.entries(files)) {
      const path = join(alone.folder, 'work', name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text, { mode: text.startsWith('#!') ? 0o755 : 0o644 });
    }
    return alone;
  }

  /** Run the bundle to its end. */
  async heddle(words: readonly string[], environment: Record<string, string> = {}): Promise<Result> {
    const { exitCode, stdout, stderr } = await execa(process.execPath, ['../heddle.mjs', ...words], {
      cwd: join(this.folder, 'work'),
      reject: false,
      stdin: 'ignore',
      extendEnv: false,
      env: {
        PATH: `${dirname(process.execPath)}:/usr/sbin:/usr/bin:/sbin:/bin`,
        HEDDLE_HOME: this.home,
        [mark]: this.folder,
        NO_COLOR: '1',
        ...environment,
      },
    });
    return { exitCode, stdout, stderr };
  }

  /** The folder that the bundle unpacked itself into. */
  async unpacked(): Promise<string> {
    const names = await readdir(join(this.home, 'bundle'));
    if (names.length !== 1 || names[0] === undefined) throw new Error(`unpacked ${names.length} times`);
    return join(this.home, 'bundle', names[0]);
  }

  read(name: string): Promise<string> {
    return readFile(join(this.folder, 'work', name), 'utf8');
  }

  /** End what is left of the test's processes, and remove the folder. */
  async #remove(): Promise<void> {
    for (const name of await readdir('/proc')) {
      if (!/^\d+$/.test(name)) continue;
      // One that has ended meanwhile, or is another user's, is none of ours.
      const environment = await readFile(`/proc/${name}/environ`, 'latin1').catch(() => '');
      if (`\0${environment}\0`.includes(`\0${mark}=${this.folder}\0`)) kill(Number(name));
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
