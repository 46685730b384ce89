import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const tsc = fileURLToPath(new URL('../../../../node_modules/.bin/tsc', import.meta.url));
const buildLock = fileURLToPath(new URL('../../package.json', import.meta.url));

/** The built module, for plain Node processes. */
export const builtModule = pathToFileURL(fileURLToPath(new URL('../../dist/index.js', import.meta.url))).href;

/**
 * Build the package and what it needs; only one of several test files at a time, the others find it up to date.
 *
 * Type errors are for the build of the whole repository to report: what counts here is that the built module can be loaded.
 */
export function ensureBuilt(): void {
  const built = spawnSync('flock', [buildLock, tsc, '-b', 'packages/store-embedded'], { cwd: root, encoding: 'utf8' });
  const load = ['--input-type=module', '--eval', `await import(${JSON.stringify(builtModule)})`];
  const loaded = spawnSync(process.execPath, load, { encoding: 'utf8' });
  if (loaded.status !== 0) throw new Error(`the build failed:\n${built.stdout}${built.stderr}${loaded.stderr}`);
}

/** A Node process that runs a script. */
export interface ScriptProcess {
  readonly pid: number;
  /** Wait for the next line on its standard output; undefined at its end. */
  line(): Promise<string | undefined>;
  /** All lines that have come and were not taken, after the process has ended. */
  rest(): Promise<string[]>;
  stop(): void;
  continue(): void;
  /** End it with SIGKILL and wait for that. */
  kill(): Promise<void>;
}

/** Run a script with `driver`, `serveEmbedded` and `isHost` in scope; `prefix` is a command that runs it, e.g. `prlimit`. */
export function runScript(script: string, prefix: readonly string[] = []): ScriptProcess {
  const head = `import driver, { isHost, serveEmbedded } from ${JSON.stringify(builtModule)};\n`;
  const [program, ...words] = [...prefix, process.execPath, '--input-type=module', '--eval', head + script];
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  const lines: string[] = [];
  const waiting: ((line: string | undefined) => void)[] = [];
  let partial = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const parts = (partial + chunk.toString()).split('\n');
    partial = parts.pop() ?? '';
    lines.push(...parts);
    while (lines.length > 0 && waiting.length > 0) waiting.shift()?.(lines.shift());
  });
  let isEnded = false;
  child.once('close', () => {
    isEnded = true;
    for (const resolve of waiting) resolve(undefined);
  });
  return {
    pid: child.pid ?? 0,
    async line() {
      if (lines.length > 0 || isEnded) return lines.shift();
      return new Promise((resolve) => waiting.push(resolve));
    },
    async rest() {
      await ended;
      return lines.splice(0);
    },
    stop: () => void child.kill('SIGSTOP'),
    continue: () => void child.kill('SIGCONT'),
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Start a process that hosts a folder through an ordinary store, and wait until it does. */
export async function startHostProcess(folder: string): Promise<ScriptProcess> {
  const host = runScript(`
    const store = await driver.open(${JSON.stringify(`embedded:${folder}`)});
    console.log(isHost(store) ? 'host' : 'client');`);
  const role = await host.line();
  if (role === 'host') return host;
  await host.kill();
  throw new Error(`the process should host the folder, but is ${role ?? 'dead'}`);
}

/** Start a process that serves a folder on a free TCP port, and wait for its URL. */
export async function startServerProcess(folder: string): Promise<{ process: ScriptProcess; port: number }> {
  const server = runScript(`
    const server = await serveEmbedded(${JSON.stringify(folder)}, { listen: { port: 0 } });
    console.log(server.url);`);
  const url = await server.line();
  if (url !== undefined) return { process: server, port: Number(new URL(url).port) };
  throw new Error('the server process ended before it served');
}
