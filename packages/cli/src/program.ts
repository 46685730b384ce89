import { Command } from 'commander';
import { commands, inner, type LoadCommand } from './command-table.ts';
import { version } from './version.ts';

/** Build the command line; every command is a file in commands/. */
export async function createProgram(words: readonly string[]): Promise<Command> {
  const program = new Command('heddle')
    .description(
      'Lets unmodified Chef roles and Ansible playbooks on many machines, and scripts beside them, read each other’s values',
    )
    .version(version)
    .exitOverride()
    // What is wrong is reported by whoever gets what is thrown for it.
    .configureOutput({ outputError: () => undefined })
    .addHelpText(
      'after',
      `
Examples:
  heddle up heddle.yaml                 run a deployment
  heddle up heddle.yaml --set region=us with another parameter
  heddle status --watch                 what every role is doing, until all have ended
  heddle why web-0                      why a role waits or has failed, and what to do
  heddle get db.port                    a value that a role has published
  heddle validate heddle.yaml           look for mistakes without running anything

Exit codes: 0 ok, 1 unexpected, 2 usage, 3 plan invalid, 20 wait timed out, 21 producer failed,
            22 deadlock, 23 aborted, 24 store unavailable, 25 denied, 26 value too large or of the wrong type,
            130 interrupted`,
    );
  for (const load of needed(words[0])) (await load())(program);
  for (const command of program.commands) command.exitOverride();
  return program;
}

/** One command when it is named, none for the version; all of them for the help, for completion, and to suggest one for a word that is none. */
function needed(word: string | undefined): Iterable<LoadCommand> {
  if (word === '--version' || word === '-V') return [];
  const named = word === undefined || word === 'completion' ? undefined : (commands.get(word) ?? inner.get(word));
  return named === undefined ? commands.values() : [named];
}
