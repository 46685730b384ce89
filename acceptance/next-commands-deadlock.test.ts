import { describe, expect, it } from 'vitest';
import { cookbook, Deployment, script, soloRb } from './support/deployment.ts';

const readFirst = script('echo=$(heddle get reader.echo)', 'heddle set word=hello');
const writeFirst = script('heddle set word=hello', 'echo=$(heddle get reader.echo)');
const echo = script('word=$(heddle get writer.word)', 'echo "$word" > "$OUT/read.txt"', 'heddle set echo=heard');
const echoFirst = script('heddle set echo=heard', 'word=$(heddle get writer.word)', 'echo "$word" > "$OUT/read.txt"');

/** A writer with these roles, and a reader that echoes what it read. */
const deployment = (...writer: readonly string[]) => `
heddle: 1
deployment: circle
deadline: 5m
params: { out: "" }
nodes:
  writer:
    roles:
${writer.map((role) => `      - ${role}`).join('\n')}
  reader:
    roles:
      - { name: read, command: { run: [./read.sh], env: { OUT: "\${params.out}" } }, inputs: { writer.word: "\${writer.word}" }, outputs: { echo: echo } }
`;
const hear = '{ name: hear, command: [./hear.sh], inputs: { reader.echo: "${reader.echo}" } }';
const say = '{ name: say, command: [./say.sh], outputs: { word: word } }';
const sayAfter = '{ name: say, command: [./say.sh], after: [reader.read], outputs: { word: word } }';
const crossed =
  '{ name: write, command: [./write.sh], inputs: { reader.echo: "${reader.echo}" }, outputs: { word: word } }';
const recipe = (output: string) =>
  `{ name: write, chef: { run_list: ["recipe[writer]"], config: solo.rb }, inputs: { reader.echo: "\${reader.echo}" }, outputs: { word: ${output} } }`;

/** The first change that the error of a deadlock names, the other one, and the command that goes on then. */
function saidOf(stderr: string): { suggestion: string; other: string; typed: string } {
  const said =
    /\[deadlock\] [^[]*?\n {2}try: (.*)\n(?: {2}try: or (.*)\n)? {2}try: then run (?:heddle retry \S+, or )?heddle (up(?: --resume)?)\b/.exec(
      stderr,
    );
  const [, suggestion = '', other = '', typed = ''] = said ?? [];
  return { suggestion, other, typed };
}

interface Case {
  readonly files: Readonly<Record<string, string>>;
  readonly suggested: RegExp;
  /** The other role that could be changed, where there is one. */
  readonly other?: RegExp;
  /** What is tried in place of that, with its command. */
  readonly otherwise?: RegExp;
  /** What a person types then. */
  readonly command: readonly string[];
  /** The files that a person changes, by what was suggested. */
  repaired(suggestion: string): Readonly<Record<string, string>>;
}

const cases: Readonly<Record<string, Case>> = {
  'write before it reads, in what the role runs': {
    files: { 'write.sh': readFirst, 'heddle.yaml': deployment(crossed) },
    suggested:
      /^let role (write of writer|read of reader) write (writer\.word|reader\.echo) before it reads .*, or read .* later$/,
    other:
      /^let role (write of writer|read of reader) write (writer\.word|reader\.echo) before it reads .*, or read .* later$/,
    command: ['up', '--resume'],
    repaired: (suggestion) =>
      suggestion.startsWith('let role write') ? { 'write.sh': writeFirst } : { 'read.sh': echoFirst },
  },
  'come before a role of its node': {
    files: {
      'hear.sh': script('heddle get reader.echo'),
      'say.sh': script('heddle set word=hello'),
      'heddle.yaml': deployment(hear, say),
    },
    suggested: /^put role say before role hear in the roles of writer$/,
    other: /^let role read of reader write reader\.echo before it reads writer\.word, or read writer\.word later$/,
    command: ['up'],
    repaired: (suggestion) =>
      suggestion.startsWith('put') ? { 'heddle.yaml': deployment(say, hear) } : { 'read.sh': echoFirst },
  },
  'not run after a role that reads it': {
    files: { 'say.sh': script('heddle set word=hello'), 'heddle.yaml': deployment(sayAfter) },
    suggested: /^role say of writer need not run "after" reader\.read: /,
    command: ['up'],
    repaired: () => ({ 'heddle.yaml': deployment(say) }),
  },
  'publish its default early': {
    files: {
      'solo.rb': soloRb,
      ...cookbook('writer', {
        'attributes/default.rb': "default['writer']['word'] = 'hello'\n",
        'recipes/default.rb': "log node['reader']['echo']\n",
      }),
      'heddle.yaml': deployment(recipe('writer.word')),
    },
    suggested: /^let role write of writer write writer\.word before it reads reader\.echo \(.*default\.rb:1\), or read/,
    otherwise: /\n {2}try: or say "publish: early" at the output writer\.word, .*; then run heddle (up):/,
    command: ['up'],
    repaired: () => ({ 'heddle.yaml': deployment(recipe('{ path: writer.word, publish: early }')) }),
  },
};

describe('what the error of a deadlock says to do next', () => {
  it.each(Object.entries(cases))(
    'helps: let a role %s',
    async (_name, { files, suggested, otherwise, command, repaired }) => {
      const made = await Deployment.create({ 'read.sh': echo, ...files });
      const heddle = (...words: readonly string[]) => made.heddle(...words, '--set', `out=${made.directory}`);
      const failed = await heddle('up');
      expect(failed.exitCode, failed.stderr).toBe(22);
      const { suggestion, typed } = saidOf(failed.stderr);
      expect(suggestion, failed.stderr).toMatch(suggested);
      const instead = otherwise?.exec(failed.stderr)?.[1];
      if (otherwise !== undefined) expect(instead, failed.stderr).toBeDefined();
      expect((instead ?? typed).split(' ')).toEqual(command);

      for (const [name, text] of Object.entries(repaired(suggestion))) await made.write(name, text);
      const helped = await heddle(...command);
      expect(helped.exitCode, helped.stderr).toBe(0);
      expect(await made.read('read.txt')).toBe('hello\n');
    },
  );

  it.each(Object.entries(cases).filter(([, { other }]) => other !== undefined))(
    'helps also where the other role is changed, which heddle why names afterwards: in place of "%s"',
    async (_name, { files, other: expected, command, repaired }) => {
      const made = await Deployment.create({ 'read.sh': echo, ...files });
      const heddle = (...words: readonly string[]) => made.heddle(...words, '--set', `out=${made.directory}`);
      const failed = await heddle('up');
      expect(failed.exitCode, failed.stderr).toBe(22);
      const { suggestion, other } = saidOf(failed.stderr);
      expect(other, failed.stderr).toMatch(expected as RegExp);
      expect(other).not.toBe(suggestion);
      const [, node = '', role = ''] = /\[deadlock\] (\S+) role (\S+)/.exec(failed.stderr) ?? [];
      const { stdout } = await made.heddle('why', `${node}:${role}`);
      expect(stdout).toContain(`\n  try: ${suggestion}\n  try: or ${other}\n`);

      for (const [name, text] of Object.entries(repaired(other))) await made.write(name, text);
      const helped = await heddle(...command);
      expect(helped.exitCode, helped.stderr).toBe(0);
      expect(await made.read('read.txt')).toBe('hello\n');
    },
  );

  it('stands there once: who fails of it is told who says it', async () => {
    const made = await Deployment.create({
      'read.sh': echo,
      'write.sh': readFirst,
      'heddle.yaml': deployment(crossed),
    });
    const { stderr } = await made.heddle('up', '--set', `out=${made.directory}`);
    const { suggestion } = saidOf(stderr);
    expect(stderr.split(suggestion)).toHaveLength(2);
    const [, why = ''] =
      /\[producer-failed\] [^[]*?\n {2}try: heddle (why \S+) {2}names what breaks/.exec(stderr) ?? [];
    const { exitCode, stdout } = await made.heddle(...why.split(' '));
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toContain(`\n  try: ${suggestion}\n`);
    expect(stdout).toMatch(/^ {2}try: heddle up --resume {2}runs it again$/m);
  });
});
