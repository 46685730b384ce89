import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { builtModule } from './backends.ts';

/** A Node process that runs a script. */
export interface ScriptProcess {
  /** Wait for the next line on its standard output; undefined at its end. */
  line(): Promise<string | undefined>;
  /** End it with SIGKILL and wait for that. */
  kill(): Promise<void>;
}

/** Run a script with `driver` in scope. */
export function runScript(script: string): ScriptProcess {
  const head = `import driver from ${JSON.stringify(builtModule)};\n`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', head + script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    line: async () => ((await lines.next()) as IteratorResult<string, undefined>).value,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
