import { CommanderError } from 'commander';
import { commands } from './command-table.ts';
import { hangUp } from './hang-up.ts';
import { lazyError } from './lazy-error.ts';
import { createProgram } from './program.ts';

/** Run the command that these words say; its end is in `process.exitCode`. Rejects for no error of a command. */
export async function run(words: readonly string[]): Promise<void> {
  // Nothing for whoever runs heddle: a library that names a host by its address in TLS, for one, is warned of that on standard error.
  process.noDeprecation = true;

  // Whoever reads us may have seen enough, as `head` does, or has closed the terminal: that is no fault.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      const isHungUp = error.code === 'EIO' && stream.isTTY;
      if (error.code !== 'EPIPE' && !isHungUp) throw error;
      // Who listens to signals runs something that has to be ended in order, read or not: an agent's role, a deployment.
      if (process.listenerCount('SIGTERM') > 0) return;
      if (isHungUp) hangUp();
      process.exit();
    });
  }

  try {
    const program = await createProgram(words);
    await program.parseAsync([...words], { from: 'user' });
  } catch (thrown) {
    const isOfCommander = thrown instanceof CommanderError;
    if (isOfCommander && (thrown.exitCode === 0 || thrown.code === 'commander.help')) {
      process.exitCode = thrown.exitCode === 0 ? 0 : 2;
    } else {
      const { reportThrown } = await import('./output/report-error.ts');
      process.exitCode = reportThrown(isOfCommander ? await usageError(thrown, words) : thrown);
    }
  }
}

/** Give what the command line has wrong the form that all errors have. */
function usageError({ message }: CommanderError, [word = '']: readonly string[]) {
  const text = message.replace(/^error: /, '').replace(/\n\(Did (.*)\)$/, '; did $1');
  return lazyError('usage', text, {
    next: [`heddle ${commands.has(word) ? `${word} ` : ''}--help  shows what there is`],
  });
}
