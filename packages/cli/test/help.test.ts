import { execa } from 'execa';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Result, Workspace } from './support/workspace.ts';

const commands = [
  'up',
  'validate',
  'compile',
  'coordinator',
  'status',
  'why',
  'wait',
  'plan',
  'graph',
  'sim',
  'watch',
  'ls',
  'get',
  'set',
  'facts',
  'seed',
  'agent',
  'boot',
  'exec',
  'chef',
  'abort',
  'retry',
  'scale',
  'gc',
  'store',
  'doctor',
  'completion',
];

async function heddle(...words: string[]): Promise<Result> {
  const workspace = await Workspace.create({});
  try {
    return await workspace.heddle(...words);
  } finally {
    await workspace.remove();
  }
}

describe('the help', () => {
  test('names every command', async () => {
    const { stdout, exitCode } = await heddle('--help');
    const listed = [...stdout.matchAll(/^ {2}([a-z]+)(?: \[| )/gm)]
      .map(([, name]) => name)
      .filter((name) => name !== 'heddle' && name !== 'help');
    expect({ exitCode, listed }).toEqual({ exitCode: 0, listed: commands });
  });

  test.each(commands)('of %s has an example', async (command) => {
    const { stdout, exitCode } = await heddle(command, '--help');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(new RegExp(`Examples?(, [^\\n]*)?:\\n(.*\\n)* .*heddle ${command}\\b`));
  });

  test.each([
    [['sttus'], "unknown command 'sttus'; did you mean status?", '--help'],
    [['--versoin'], "unknown option '--versoin'; did you mean --version?", '--help'],
    [['ls', '--ouput', 'json'], "unknown option '--ouput'; did you mean --output?", 'ls --help'],
    [['get', 'a', 'b'], "too many arguments for 'get'. Expected 1 argument but got 2.", 'get --help'],
    [['chef'], "missing required argument 'action'", 'chef --help'],
    [
      ['completion', 'tcsh'],
      "command-argument value 'tcsh' is invalid for argument 'shell'. Allowed choices are bash, zsh, fish.",
      'completion --help',
    ],
  ])('wrong use ends with 2 and a hint, in the form of all errors: heddle %s', async (words, message, help) => {
    expect(await heddle(...words)).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: `heddle: [usage] ${message}\n  try: heddle ${help}  shows what there is\n`,
    });
    expect(await heddle(...help.split(' '))).toMatchObject({ exitCode: 0, stderr: '' });
  });

  test('stands there alone, with 2, where no command is named', async () => {
    const { exitCode, stdout, stderr } = await heddle();
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^Usage: heddle /);
    expect(stderr).not.toContain('[usage]');
  });
});

describe('heddle completion', () => {
  let bash = '';
  beforeAll(async () => {
    bash = (await heddle('completion', 'bash')).stdout;
  });

  /** What bash offers behind these words; the last one is being typed. */
  async function offered(...words: string[]): Promise<string[]> {
    const program = `${bash}\nCOMP_WORDS=(heddle ${words.map((word) => `'${word}'`).join(' ')}) COMP_CWORD=${words.length}\n_heddle\nprintf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = await execa('bash', ['--norc', '-c', program]);
    return stdout.split('\n');
  }

  test('offers commands, options and values', async () => {
    expect(await offered('')).toEqual([...commands, '--help', '--version']);
    expect(await offered('st')).toEqual(['status', 'store']);
    expect(await offered('get', '--re')).toEqual(['--reveal']);
    expect(await offered('ls', '-o', '')).toEqual(['table', 'json', 'yaml']);
    expect(await offered('up', '--isolate', 'm')).toEqual(['machine']);
    expect(await offered('completion', '')).toEqual(expect.arrayContaining(['bash', 'zsh', 'fish']));
    expect(await offered('up', '--quiet', '--is')).toEqual(['--isolate']);
  });

  test('offers file names where a file is due', async () => {
    const workspace = await Workspace.create({ 'shop.yaml': '' });
    const { stdout } = await execa(
      'bash',
      [
        '--norc',
        '-c',
        `${bash}\nCOMP_WORDS=(heddle get -f sh) COMP_CWORD=3\n_heddle\nprintf '%s\\n' "\${COMPREPLY[@]}"`,
      ],
      { cwd: workspace.directory },
    );
    await workspace.remove();
    expect(stdout.split('\n')).toEqual(['shop.yaml']);
  });

  test('gives zsh and fish every command and option as well', async () => {
    const [zsh, fish] = [(await heddle('completion', 'zsh')).stdout, (await heddle('completion', 'fish')).stdout];
    expect(zsh.startsWith('#compdef heddle\n')).toBe(true);
    for (const command of commands) {
      expect(zsh).toContain(`\n    ${command}) _arguments`);
      expect(fish).toContain(`complete -c heddle -n __fish_use_subcommand -f -a ${command} -d '`);
    }
    expect(zsh).toContain("'--reveal[outside a role\\: print a sensitive value too]'");
    expect(fish).toContain(
      "complete -c heddle -n '__fish_seen_subcommand_from ls' -s o -l output -x -a 'table json yaml' -d '",
    );
  });
});
