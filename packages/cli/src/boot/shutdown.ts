import { execFile } from 'node:child_process';
import { HeddleError } from '@heddle/core';

/**
 * Give a signal that SIGINT and SIGTERM abort, with the error that says so.
 *
 * Not when systemd takes the machine down: then this process ends as if the power had been cut. Nothing has failed, so nothing is recorded and
 * nobody is told; the next boot runs what had not ended.
 */
export function bootInterruption(): AbortSignal {
  const controller = new AbortController();
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    if (signal === 'SIGTERM' && (await isShuttingDown())) {
      process.stdout.write('heddle boot: this machine shuts down: what has not ended runs again after its restart\n');
      process.exit(128 + 15);
    }
    controller.abort(new HeddleError('interrupted', `the boot was interrupted by ${signal}`));
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, (name) => void stop(name));
  // Nobody reads any more: the roles still have to be stopped in order.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
  return controller.signal;
}

function isShuttingDown(): Promise<boolean> {
  return new Promise((resolve) => {
    // Its exit code tells about units that failed, too; without systemd there is no such program, or no answer.
    execFile('systemctl', ['is-system-running'], { timeout: 5000 }, (_error, stdout) => {
      resolve(stdout.trim() === 'stopping');
    });
  });
}
