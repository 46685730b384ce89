import { Argument, type Command } from 'commander';
import { type CompletionWords, completionScript, type Shell, shells } from '../output/completion-script.ts';

/** `heddle completion`: a script that completes commands and options in a shell. */
export function addCompletion(program: Command): void {
  program
    .command('completion')
    .description('print a script that completes heddle commands and options in a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .addHelpText(
      'after',
      `
Examples:
  source <(heddle completion bash)                                    this bash; in ~/.bashrc for all
  heddle completion zsh > "\${fpath[1]}/_heddle"                       zsh
  heddle completion fish > ~/.config/fish/completions/heddle.fish     fish`,
    )
    .action((shell: Shell) => {
      process.stdout.write(completionScript(shell, completionWords(program)));
    });
}

/** Take the words from the commands themselves, so that a new option is completed without anybody's doing. */
function completionWords(program: Command): readonly CompletionWords[] {
  return program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    options: [
      ...command.options.map((option) => ({
        flags: [option.short, option.long].filter((flag) => flag !== undefined),
        description: option.description,
        takesValue: option.required || option.optional,
        choices: option.argChoices ?? [],
      })),
      { flags: ['-h', '--help'], description: 'display help for command', takesValue: false, choices: [] },
    ],
    choices: command.registeredArguments.flatMap((argument) => argument.argChoices ?? []),
  }));
}
