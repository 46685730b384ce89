import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PreparedRun, WrapContext } from '@heddle/agent';
import { rubyString, shimFile } from './wrapper-config.ts';

/** The program among the words of a Chef command, also behind `bundle exec` or `nice`. */
const programPattern = /(?:^|\/)(?:chef|cinc)-(solo|client)$/;

/** Folders of configuration snippets that chef-solo and chef-client read after their configuration; chef-solo reads both, in this order. */
type SnippetFolder = 'solo_d_dir' | 'client_d_dir';

/** True when a command line is a Chef run. */
export function isChefCommand(command: readonly string[]): boolean {
  return command.some((word) => programPattern.test(word));
}

/** Among short options in one word, before one that takes the rest of the word, or the next one, as its value. */
const shortWhyRunPattern = /^-[^-cdEFgijKklLNnoPrSstu]*W/;

/**
 * True when the words of a Chef command ask for a why-run, which changes nothing on its machine. A configuration may ask for one as well:
 * the shim refuses it, and whatever else this does not see.
 */
export function isWhyRun(command: readonly string[]): boolean {
  const at = command.findIndex((word) => programPattern.test(word));
  return at !== -1 && command.slice(at + 1).some(asksForWhyRun);
}

/** As Chef's parser takes it: abbreviated, or among other short options. */
function asksForWhyRun(word: string): boolean {
  return (word.length > 2 && '--why-run'.startsWith(word)) || shortWhyRunPattern.test(word);
}

/**
 * Load the shim into a Chef command that the user typed; its configuration, run list and attributes stand.
 *
 * Chef is given another folder of configuration snippets, which holds one file: it loads the shim and then what the user's own folder holds.
 */
export async function wrapCommand({ command, workingDirectory, roleDirectory }: WrapContext): Promise<PreparedRun> {
  const at = command.findIndex((word) => programPattern.test(word));
  if (at === -1) return { command, workingDirectory, environment: {} };
  const isSolo = programPattern.exec(command[at] ?? '')?.[1] === 'solo';
  // chef-solo goes on as chef-client, which reads the user's configuration anew: the shim is attached after each reading.
  const folders: readonly SnippetFolder[] = isSolo ? ['solo_d_dir', 'client_d_dir'] : ['client_d_dir'];
  const words: string[] = [];
  for (const name of folders) {
    const folder = join(roleDirectory, name);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(join(folder, 'heddle.rb'), snippet(name, folder, optionGiven(command, name)), { mode: 0o600 });
    words.push('--config-option', `${name}=${JSON.stringify(folder)}`);
  }
  const [first, ...rest] = [...command.slice(0, at + 1), ...words, ...command.slice(at + 1)];
  return { command: [first ?? '', ...rest], workingDirectory, environment: {} };
}

/** The user's own `--config-option NAME=FOLDER`, which ours would hide. */
function optionGiven(command: readonly string[], name: SnippetFolder): string | undefined {
  const values = command.map((word, index) =>
    command[index - 1] === '--config-option' ? word : word.replace(/^--config-option=/, ''),
  );
  const value = values.findLast((text) => text.startsWith(`${name}=`));
  return value?.slice(name.length + 1).replace(/^(["'])(.*)\1$/, '$2');
}

/**
 * Write the snippet. The folder that it stands for is, as without Heddle, the one of the command line, the one that the user's
 * configuration sets, or the one beside that configuration.
 */
function snippet(name: SnippetFolder, folder: string, given: string | undefined): string {
  const beside = name.replace('_d_dir', '.d');
  return `# Written by Heddle for this run.
require ${rubyString(shimFile())}

hidden = ${given === undefined ? 'nil' : rubyString(given)}
if hidden.nil? && config_file && File.file?(config_file) && File.read(config_file).include?(${rubyString(name)})
  saved = save
  from_file(config_file)
  hidden = self[:${name}] unless self[:${name}] == ${rubyString(folder)}
  restore(saved)
end
hidden ||= File.join(config_dir, ${rubyString(beside)})
Dir.glob('*.rb', base: hidden).sort.each do |name|
  file = File.join(hidden, name)
  from_file(file) if File.file?(file)
end

Heddle::Chef.attach(self)
`;
}
