import { Command } from 'commander';
import { addAgent } from './commands/agent.ts';
import { addStatus } from './commands/status.ts';
import { addUp } from './commands/up.ts';
import { addValidate } from './commands/validate.ts';
import { version } from './version.ts';

/** Build the command line; every command is a file in commands/. */
export function createProgram(): Command {
  const program = new Command('heddle')
    .description('Lets unmodified Chef roles and Ansible playbooks on many machines read each other’s values')
    .version(version)
    .exitOverride()
    .showHelpAfterError('(heddle --help shows what there is)')
    .addHelpText(
      'after',
      `
Examples:
  heddle up heddle.yaml                 run a deployment
  heddle up heddle.yaml --set region=us with another parameter
  heddle status                         what every role is doing
  heddle validate heddle.yaml           look for mistakes without running anything

Exit codes: 0 ok, 1 unexpected, 2 usage, 3 plan invalid, 20 wait timed out, 21 producer failed,
            22 deadlock, 23 aborted, 24 store unavailable, 25 denied, 26 value too large or of the wrong type`,
    );
  for (const add of [addUp, addValidate, addStatus, addAgent]) {
    add(program);
  }
  for (const command of program.commands) command.exitOverride();
  return program;
}
