export const shells = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof shells)[number];

/** What can be completed behind one command. */
export interface CompletionWords {
  readonly name: string;
  readonly description: string;
  readonly options: readonly {
    readonly flags: readonly string[];
    readonly description: string;
    readonly takesValue: boolean;
    /** The values it may have; none: a file name. */
    readonly choices: readonly string[];
  }[];
  /** The arguments it may have; none: a file name. */
  readonly choices: readonly string[];
}

/** Write the script that completes `heddle` in a shell. */
export function completionScript(shell: Shell, commands: readonly CompletionWords[]): string {
  return { bash, zsh, fish }[shell](commands);
}

function bash(commands: readonly CompletionWords[]): string {
  const cases = commands.flatMap(({ name, options, choices }) => [
    ...options
      .filter(({ takesValue }) => takesValue)
      .map((option) =>
        caseOf(
          option.flags.map((flag) => `${name}:${flag}`),
          option.choices,
        ),
      ),
    caseOf([`${name}:*`], [...choices, ...options.flatMap(({ flags }) => flags)]),
  ]);
  return `# heddle completion for bash
_heddle() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} words=''
  if ((COMP_CWORD == 1)); then
    words='${commands.map(({ name }) => name).join(' ')} --help --version'
  else
    case "\${COMP_WORDS[1]}:$before" in
${cases.join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  # What has no words of its own is a file name.
  ((\${#COMPREPLY[@]} > 0 || COMP_CWORD == 1)) || COMPREPLY=($(compgen -f -- "$word"))
}
complete -o filenames -F _heddle heddle
`;
}

function caseOf(patterns: readonly string[], words: readonly string[]): string {
  return `      ${patterns.join('|')}) words='${words.join(' ')}' ;;`;
}

function zsh(commands: readonly CompletionWords[]): string {
  const described = commands.map(({ name, description }) => `    ${quoted(`${name}:${description}`)}`);
  const cases = commands.map(({ name, options, choices }) => {
    const specs = options.flatMap(({ flags, description, takesValue, choices: values }) =>
      flags.map(
        (flag) =>
          `      ${quoted(`${flag}[${description.replace(/[[\]:]/g, '\\$&')}]${takesValue ? `:value:${values.length === 0 ? '_files' : `(${values.join(' ')})`}` : ''}`)}`,
      ),
    );
    specs.push(`      ${quoted(choices.length === 0 ? '*:file:_files' : `:argument:(${choices.join(' ')})`)}`);
    return `    ${name}) _arguments \\\n${specs.join(' \\\n')} ;;`;
  });
  return `#compdef heddle
_heddle() {
  local -a commands
  commands=(
${described.join('\n')}
  )
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  shift words
  ((CURRENT--))
  case $words[1] in
${cases.join('\n')}
  esac
}
compdef _heddle heddle
`;
}

function fish(commands: readonly CompletionWords[]): string {
  const lines = ['# heddle completion for fish'];
  for (const { name, description, options, choices } of commands) {
    lines.push(`complete -c heddle -n __fish_use_subcommand -f -a ${name} -d ${quoted(description)}`);
    const within = `complete -c heddle -n '__fish_seen_subcommand_from ${name}'`;
    if (choices.length > 0) lines.push(`${within} -f -a ${quoted(choices.join(' '))}`);
    for (const option of options) {
      const flags = option.flags
        .map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`))
        .join(' ');
      const value =
        option.choices.length > 0 ? ` -x -a ${quoted(option.choices.join(' '))}` : option.takesValue ? ' -r' : '';
      lines.push(`${within} ${flags}${value} -d ${quoted(option.description)}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
