import { CommanderError } from 'commander';
import { createProgram } from './program.ts';

// Nothing for whoever runs heddle: a library that names a host by its address in TLS, for one, is warned of that on standard error.
process.noDeprecation = true;

// Whoever reads us may have seen enough, as `head` does: that is no fault.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    // Who listens to signals runs something that has to be ended in order, read or not: an agent's role, a deployment.
    if (process.listenerCount('SIGTERM') === 0) process.exit();
  });
}

try {
  const program = await createProgram(process.argv.slice(2));
  await program.parseAsync();
} catch (thrown) {
  if (thrown instanceof CommanderError) {
    process.exitCode = thrown.exitCode === 0 ? 0 : 2;
  } else {
    const { reportThrown } = await import('./output/report-error.ts');
    process.exitCode = reportThrown(thrown);
  }
}
