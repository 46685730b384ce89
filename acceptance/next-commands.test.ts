import { describe, expect, it } from 'vitest';
import { saidByRole } from './support/blocks.ts';
import { cookbook, Deployment, script, soloRb } from './support/deployment.ts';
import { deployment, read, suggestions, write } from './support/next-commands.ts';
import { findAgent, signal } from './support/processes.ts';

/** The same with a recipe that writes. */
const withRecipe = (path: string) =>
  deployment({ write: `, outputs: { word: ${path} }` })
    .replace('command: [./write.sh]', 'chef: { run_list: ["recipe[writer]"], config: solo.rb }')
    .replace('deadline: 2s', 'deadline: 5m');

interface Case {
  readonly files: Readonly<Record<string, string>>;
  readonly exitCode: number;
  readonly code: string;
  /** What the reader's error says to do. */
  readonly suggested: RegExp;
  /** True: the reader is the first cause itself. @default false */
  readonly isFirst?: true;
  /** The files that a person then changes. */
  readonly repaired: Readonly<Record<string, string>>;
}

const cases: Readonly<Record<string, Case>> = {
  'a producer that failed': {
    files: { 'write.sh': script('exit 7'), 'heddle.yaml': deployment() },
    exitCode: 21,
    code: 'producer-failed',
    suggested: /^repair role write of writer, then run heddle retry writer:write, or heddle up --resume/,
    repaired: { 'write.sh': write },
  },
  'a producer that ended without writing, which is let to write it': {
    files: { 'write.sh': script('true'), 'heddle.yaml': deployment() },
    exitCode: 21,
    code: 'never-written',
    suggested:
      /^let role write of writer write the attribute, or correct the path of the output in the deployment file; then run heddle up/,
    repaired: { 'write.sh': write },
  },
  'a producer that writes another path, which is corrected': {
    files: {
      'solo.rb': soloRb,
      ...cookbook('writer', { 'recipes/default.rb': "node.default['writer']['word'] = 'hello'\n" }),
      'heddle.yaml': withRecipe('writer.wort'),
    },
    exitCode: 21,
    code: 'never-written',
    suggested:
      /^let role write of writer write the attribute, or correct the path of the output in the deployment file; then run heddle up/,
    repaired: { 'heddle.yaml': withRecipe('writer.word') },
  },
  'an input that may not wait, which is let to': {
    files: {
      'write.sh': write,
      'heddle.yaml': deployment({
        write: ', after: [reader.read], outputs: { word: word }',
        read: 'inputs: { writer.word: { $value: "${writer.word}", missing: fail } }',
      }),
    },
    exitCode: 21,
    code: 'missing-value',
    suggested: /^say "missing: wait" at the input "writer\.word" to wait for it, then run heddle up again$/,
    repaired: {
      'heddle.yaml': deployment({ read: 'inputs: { writer.word: { $value: "${writer.word}", missing: wait } }' }),
    },
  },
  'an expression that does not fit, which is corrected': {
    files: {
      'write.sh': write,
      'heddle.yaml': deployment({ read: 'inputs: { writer.word: "${writer.word.first}" }' }),
    },
    exitCode: 21,
    code: 'segment-missing',
    suggested:
      /^correct the expression of the input "writer\.word" in the deployment file \(heddle\.yaml:12\), or what the producer writes; then run heddle up again$/,
    isFirst: true,
    repaired: { 'heddle.yaml': deployment() },
  },
  'an own output that is read before it is written, which is read from another role': {
    files: {
      'write.sh': write,
      'heddle.yaml': deployment({
        read: 'inputs: { writer.word: "${reader.echo}" }, outputs: { echo: echo }',
      }),
    },
    exitCode: 22,
    code: 'deadlock',
    suggested: /^write echo first, or read it from another role$/,
    repaired: { 'heddle.yaml': deployment() },
  },
  'a role that runs after one that failed': {
    files: {
      'write.sh': script('exit 7'),
      'read.sh': script('echo hello > "$OUT/read.txt"'),
      'heddle.yaml': deployment({ read: 'after: [writer.write]' }),
    },
    exitCode: 21,
    code: 'producer-failed',
    suggested: /^repair role write of writer, then run heddle retry writer:write, or heddle up --resume/,
    repaired: { 'write.sh': write },
  },
};

const longerDeadline =
  'or give the input "writer.word" a longer deadline in the deployment file (heddle.yaml:12), then run heddle up --resume';

/** None of these ends by a deadline, however busy the machine is. */
function patient(files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).map(([name, text]) => [name, text.replace('\ndeadline: 2s', '\ndeadline: 5m')]),
  );
}

/** What `heddle why reader` says to do next. */
async function nextOfWhy(made: Deployment): Promise<readonly string[]> {
  const { stdout } = await made.heddle('why', 'reader', '-o', 'json');
  return (JSON.parse(stdout) as { next: string[] }).next;
}

describe('what the error of a wait says to do next', () => {
  it.each(Object.entries(cases))(
    'helps with %s',
    async (_name, { files, exitCode, code, suggested, repaired, isFirst }) => {
      const made = await Deployment.create({ 'read.sh': read, ...patient(files) });
      const up = (...words: string[]) => made.heddle('up', ...words, '--set', `out=${made.directory}`);
      const failed = await up();
      expect(failed.exitCode, failed.stderr).toBe(exitCode);
      expect(failed.stderr).toContain(`[${code}] reader role read`);
      const suggestion = suggestions(failed, 'reader.read').find((text) => suggested.test(text)) ?? '';
      expect(suggestion).toMatch(suggested);
      if (isFirst === true) expect(await nextOfWhy(made)).toEqual([suggestion]);

      for (const [name, text] of Object.entries(patient(repaired))) await made.write(name, text);
      // A changed deployment file needs a new epoch, as heddle up makes one.
      const command = /heddle up( --resume)?/.exec(suggestion);
      const helped = await up(...(command?.[1] === undefined ? [] : ['--resume']));
      expect(helped.exitCode, helped.stderr).toBe(0);
      expect(await made.read('read.txt')).toBe('hello\n');
    },
  );

  it('helps with a deadline that is too short: heddle status shows the producer, what came too late is there', async () => {
    const made = await Deployment.create({
      'write.sh': script('read line < gate', 'heddle set word=hello'),
      'read.sh': read,
      'heddle.yaml': deployment(),
    });
    const gate = await made.gate('gate');
    const first = made.start('up', '--set', `out=${made.directory}`);
    await first.line(/reader read +failed/);
    const status = await made.heddle('status');
    // Its agent may be slower to start than the reader's deadline.
    expect(status.stdout).toMatch(/^writer +write +(?:running|pending)/m);
    expect(status.stdout).toMatch(/^reader +read +failed/m);
    await gate.open();
    const late = await first.end();
    expect(late.exitCode).toBe(20);
    expect(suggestions(late, 'reader.read')).toEqual([
      'heddle status  shows what every role is doing',
      'wait until that is there, then run heddle retry reader:read, or heddle up --resume once heddle up has ended',
      longerDeadline,
    ]);

    const why = await made.heddle('why', 'reader');
    expect(why.stdout.split('\n\n')[1]).toBe(
      [
        'root cause: reader role read failed; what it needed has come by now: writer.word',
        '  try: heddle up --resume  runs it again',
        `  try: ${longerDeadline}`,
      ].join('\n'),
    );
    const helped = await made.heddle('up', '--resume', '--set', `out=${made.directory}`);
    expect(helped.exitCode, helped.stderr).toBe(0);
    expect(helped.stdout).toMatch(/writer write +done before; not run again/);
    expect(await made.read('read.txt')).toBe('hello\n');
  });

  it('helps with it while heddle up still runs: what was late is read by heddle retry', async () => {
    const made = await Deployment.create({
      'write.sh': script('read line < gate', 'heddle set word=hello', 'read line < end'),
      'read.sh': read,
      'heddle.yaml': deployment(),
    });
    const [gate, end] = [await made.gate('gate'), await made.gate('end')];
    const up = made.start('up', '--set', `out=${made.directory}`);
    await up.line(/reader read +failed/);
    await gate.open();
    expect(await made.heddle('wait', '--for=value=writer.word')).toMatchObject({ exitCode: 0 });
    expect(await nextOfWhy(made)).toEqual(['heddle retry reader:read  runs it again', longerDeadline]);
    expect(await made.heddle('retry', 'reader:read')).toMatchObject({ exitCode: 0 });
    await up.line(/reader read +done/);
    await end.open();
    expect(await up.end()).toMatchObject({ exitCode: 0 });
    expect(await made.read('read.txt')).toBe('hello\n');
  });

  it('helps with it before the value is there: a longer deadline in the file is taken over by heddle up --resume', async () => {
    const made = await Deployment.create({
      'write.sh': script('read line < gate', 'heddle set word=hello'),
      'read.sh': read,
      'heddle.yaml': deployment(),
    });
    const gate = await made.gate('gate');
    const up = (...words: readonly string[]) => made.start('up', ...words, '--set', `out=${made.directory}`);
    const first = up();
    await first.line(/reader read +failed/);
    first.kill('SIGINT');
    expect(suggestions(await first.end(), 'reader.read')).toContain(longerDeadline);

    const patiently = 'inputs: { writer.word: { $value: "${writer.word}", deadline: 30m } }';
    await made.write('heddle.yaml', deployment({ read: patiently }));
    const second = up('--resume');
    await second.line(/reader read +waits for writer\.word/);
    expect((await made.heddle('why', 'reader')).stdout).toMatch(/\(input writer\.word\), for .*, (30m|29m .*) left\n/);
    await gate.open();
    expect(await second.end()).toMatchObject({ exitCode: 0 });
    expect(await made.read('read.txt')).toBe('hello\n');
  });

  it('helps with a role whose deadline to run after another is too short', async () => {
    const after = (deadline: string) => deployment({ read: `after: [writer.write], deadline: ${deadline}` });
    const made = await Deployment.create({
      'write.sh': script('read line < gate', 'heddle set word=hello'),
      'read.sh': script('echo hello > "$OUT/read.txt"'),
      'heddle.yaml': after('1s'),
    });
    const gate = await made.gate('gate');
    const first = made.start('up', '--set', `out=${made.directory}`);
    await first.line(/reader read +failed/);
    await gate.open();
    const late = await first.end();
    expect(late.exitCode).toBe(20);
    expect(saidByRole(late.stderr).get('reader.read')?.join('\n')).toMatch(
      /^\[wait-timeout\] reader role read \(heddle\.yaml:12\) waited 1s to run after writer\.write\n {2}role: writer, role write: (?:running, for T|not started yet)\n/,
    );
    expect(suggestions(late, 'reader.read')).toEqual([
      'heddle status  shows what every role is doing',
      'wait until that has ended well, then run heddle retry reader:read, or heddle up --resume once heddle up has ended',
      'or give the role "read" a longer deadline in the deployment file (heddle.yaml:12), then run heddle up --resume',
    ]);
    expect((await made.heddle('why', 'reader')).stdout).toContain(
      'root cause: reader role read failed; what it needed has come by now: writer.write\n  try: heddle up --resume  runs it again\n',
    );

    await made.write('heddle.yaml', after('30m'));
    const helped = await made.heddle('up', '--resume', '--set', `out=${made.directory}`);
    expect(helped.exitCode, helped.stderr).toBe(0);
  });

  it('helps with a node whose agent was killed', async () => {
    const made = await Deployment.create({
      'write.sh': script('read line < gate', 'heddle set word=hello'),
      'read.sh': read,
      'heddle.yaml': deployment(),
    });
    const gate = await made.gate('gate');
    const up = (...words: readonly string[]) =>
      made.start('up', ...words, '--deadline', '30m', '--set', `out=${made.directory}`);
    const first = up();
    await first.line(/reader read +waits for writer\.word/);
    signal(await findAgent(made.directory, 'writer'), 'SIGKILL');
    const failed = await first.end();
    expect(failed.exitCode, failed.stderr).toBe(21);
    expect(failed.stderr).toContain('[producer-lost] reader role read');
    expect(suggestions(failed, 'reader.read')).toEqual([
      'run heddle retry writer:write, or heddle up --resume once heddle up has ended',
    ]);

    const second = up('--resume');
    await second.line(/reader read +waits for writer\.word/);
    await gate.open();
    const helped = await second.end();
    expect(helped.exitCode, helped.stderr).toBe(0);
    expect(await made.read('read.txt')).toBe('hello\n');
  });
});
