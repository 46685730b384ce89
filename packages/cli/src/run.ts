import { CommanderError } from 'commander';
import { hangUp } from './hang-up.ts';
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
    if (thrown instanceof CommanderError) {
      process.exitCode = thrown.exitCode === 0 ? 0 : 2;
    } else {
      const { reportThrown } = await import('./output/report-error.ts');
      process.exitCode = reportThrown(thrown);
    }
  }
}
