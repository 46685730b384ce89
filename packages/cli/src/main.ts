import { CommanderError } from 'commander';
import { createProgram } from './program.ts';

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
