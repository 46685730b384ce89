import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Set in the environment of all that a benchmark starts, and inherited: the scene's folder. */
const mark = 'HEDDLE_BENCH';
/** `heddle up` ends its children within 5 s of an interrupt. */
const interruptMs = 6000;
const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** A temporary folder and the processes that a benchmark started in it. Both are gone when the benchmark ends, however it ends. */
export class Scene {
  constructor(directory) {
    this.directory = directory;
    this.children = new Set();
    this.isClosing = false;
  }

  path(...parts) {
    return join(this.directory, ...parts);
  }

  /** Write files, by path below the folder. */
  async write(files) {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(this.path(name)), { recursive: true });
      await writeFile(this.path(name), text);
    }
  }

  /**
   * Start a program; its output goes to `LOG` in the folder.
   *
   * @param onOutput  Called with each piece of output and the time, in ms since 1970.
   * @param ipc       Open a channel for messages to and from a Node.js program.
   * @returns `child`, and `end`, which resolves with its exit code and rejects with the end of its output when that is not 0.
   */
  start(log, program, words, { env = {}, cwd = this.directory, onOutput = () => undefined, ipc = false } = {}) {
    if (this.isClosing) throw new Error('the benchmark is being stopped');
    const child = spawn(program, words, {
      cwd,
      env: environment({ [mark]: this.directory, ...env }),
      stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? ['ipc'] : [])],
      detached: true,
    });
    this.children.add(child);
    const file = createWriteStream(this.path(log));
    let tail = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data) => {
        file.write(data);
        onOutput(String(data), Date.now());
        tail = (tail + data).slice(-3000);
      });
    }
    const end = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        this.children.delete(child);
        file.end();
        if (code === 0) resolve(code);
        else reject(new Error(`${program} ended with ${signal ?? code}:\n${tail}`));
      });
    });
    // Whoever awaits it gets the error; before that it is no unhandled one.
    end.catch(() => undefined);
    return { child, end };
  }

  /** End all that was started, and remove the folder. */
  async close() {
    if (this.isClosing) return;
    this.isClosing = true;
    const ends = [...this.children].map((child) => new Promise((resolve) => child.once('close', resolve)));
    for (const child of this.children) child.kill('SIGINT');
    await Promise.race([Promise.all(ends), new Promise((resolve) => setTimeout(resolve, interruptMs).unref())]);
    for (let round = 0; round < 20; round += 1) {
      const left = await markedProcesses(this.directory);
      if (left.length === 0) break;
      for (const pid of left) killQuietly(pid);
    }
    await rm(this.directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/**
 * Run a benchmark in a scene of its own.
 *
 * @param limitMs  It fails when it takes longer.
 */
export async function withScene(name, limitMs, work) {
  const scene = new Scene(await mkdtemp(join(tmpdir(), `heddle-bench-${name}-`)));
  let timer;
  let onSignal;
  let onError;
  const stopped = new Promise((_resolve, reject) => {
    onError = reject;
    onSignal = (signal) =>
      reject(Object.assign(new Error(`stopped by ${signal}`), { exitCode: 128 + constants.signals[signal] }));
    timer = setTimeout(() => reject(new Error(`not done within ${limitMs / 1000} s`)), limitMs);
  });
  for (const signal of stopSignals) process.on(signal, onSignal);
  process.on('uncaughtException', onError);
  try {
    return await Promise.race([work(scene), stopped]);
  } finally {
    clearTimeout(timer);
    await scene.close();
    process.off('uncaughtException', onError);
    for (const signal of stopSignals) process.off(signal, onSignal);
  }
}

/** Processes that carry the mark of a scene in their environment. */
async function markedProcesses(directory) {
  const found = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    const variables = await readFile(`/proc/${name}/environ`, 'latin1').catch(() => '');
    if (`\0${variables}\0`.includes(`\0${mark}=${directory}\0`)) found.push(Number(name));
  }
  return found;
}

function environment(more) {
  // Without the last of them Python keeps what it has compiled, as it does by default.
  const { HEDDLE_STORE, HEDDLE_DEPLOYMENT, HEDDLE_NODE, HEDDLE_CHEF_SOLO, PYTHONDONTWRITEBYTECODE, ...inherited } =
    process.env;
  return { ...inherited, CHEF_LICENSE: 'accept-silent', NO_COLOR: '1', ...more };
}

function killQuietly(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
