import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { StoreBackend } from './types.ts';

/** A plain Node process that uses the store. */
export interface ChildProcess {
  /** Wait until it ends by itself; rejects after `patienceMs`. */
  ended(patienceMs: number): Promise<{ readonly code: number | null; readonly output: string }>;
  /** End it with SIGKILL, if it still runs, and wait for that. */
  kill(): Promise<void>;
}

/**
 * Run a script in a process of its own; `driver` and `url` are defined in it, and it may await at its top level.
 *
 * @param environment  Comes on top of this process's.
 */
export function runChild(
  backend: StoreBackend,
  script: string,
  environment: Readonly<Record<string, string>> = {},
): ChildProcess {
  assert.ok(backend.child, 'the knobs promise child access, the backend has none');
  const { module, url } = backend.child;
  const head = `import driver from ${JSON.stringify(module)}; const url = ${JSON.stringify(url)};\n`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', head + script], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  let output = '';
  const collect = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const closed = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code));
  });
  return {
    async ended(patienceMs) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(
          () => reject(new Error(`the process still runs after ${patienceMs} ms: ${output}`)),
          patienceMs,
        );
      });
      try {
        return { code: await Promise.race([closed, late]), output };
      } finally {
        clearTimeout(timer);
      }
    },
    async kill() {
      child.kill('SIGKILL');
      await closed;
    },
  };
}
