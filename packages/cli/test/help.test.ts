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
    [['sttus'], "error: unknown command 'sttus'\n(Did you mean status?)\n"],
    [['ls', '--ouput', 'json'], "error: unknown option '--ouput'\n(Did you mean --output?)\n"],
    [['get', 'a', 'b'], "error: too many arguments for 'get'. Expected 1 argument but got 2.\n"],
    [
      ['completion', 'tcsh'],
      "error: command-argument value 'tcsh' is invalid for argument 'shell'. Allowed choices are bash, zsh, fish.\n",
    ],
  ])('wrong use ends with 2 and a hint: heddle %s', async (words, message) => {
    const result = await heddle(...words);
    expect(result).toMatchObject({ exitCode: 2, stdout: '' });
    expect(result.stderr.slice(0, message.length)).toBe(message);
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
