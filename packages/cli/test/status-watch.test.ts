import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { pair } from './support/pair.ts';
import { heddleProgram, Workspace } from './support/workspace.ts';

interface StatusLine {
  readonly epoch: string;
  readonly isEnded: boolean;
  readonly roles: readonly { readonly node: string; readonly state: string }[];
}

function statesOf(line: string): Record<string, string> {
  return Object.fromEntries((JSON.parse(line) as StatusLine).roles.map(({ node, state }) => [node, state]));
}

/** A command for a shell; the file `pid` says which process it is. Its own redirection takes what it says, and not what the shell says of its end. */
const watchingTo = (redirection: string) => `sh -c 'echo $$ >pid; exec ${heddleProgram} status --watch ${redirection}'`;
const watching = watchingTo('');

/** Run a command in a shell on a terminal of its own, which script(1) makes. */
function onTerminal(workspace: Workspace, command: string, setUp = 'stty cols 120 rows 40') {
  const child = execa('script', ['-qec', `${setUp}; ${command}`, '/dev/null'], {
    cwd: workspace.directory,
    env: { TERM: 'xterm', NO_COLOR: '1', HEDDLE_CLI_TEST: workspace.directory },
    reject: false,
    stripFinalNewline: false,
  });
  let shown = '';
  const looks = new Set<() => void>();
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
    for (const look of looks) look();
  });
  const end = child.then(() => shown);
  return {
    /** All that was shown. */
    end,
    /** Resolve when it is shown. */
    shows: (pattern: RegExp) =>
      new Promise<void>((resolve, reject) => {
        const look = () => {
          if (pattern.test(shown)) resolve();
        };
        looks.add(look);
        look();
        void end.then(() => reject(new Error(`${pattern} was never shown: ${shown}`)));
      }),
    close: () => void child.kill('SIGKILL'),
  };
}

describe('heddle status --watch', () => {
  test('prints a table per change and ends when all roles have ended', async () => {
    const workspace = await Workspace.forTest(pair);
    const open = await workspace.gate('gate');
    await workspace.heddle('seed', 'heddle.yaml');
    const [table, json] = [workspace.start(['status', '--watch']), workspace.start(['status', '-w', '-o', 'json'])];
    await Promise.all([table.line(/web-1 +app +pending/), json.line(/"pending"/)]);
    const agents = ['db', 'web-0', 'web-1'].map((node) =>
      workspace.start([
        'agent',
        '--store',
        `embedded:${workspace.path('.heddle/pair')}`,
        '--deployment',
        'pair',
        '--epoch',
        '1',
        '--node',
        node,
        '--directory',
        workspace.path(node),
      ]),
    );
    await table.line(/web-0 +app +waiting .* for db\.port from db\.server/);
    await open();
    await Promise.all(agents.map((agent) => agent.end));
    const [tables, lines] = await Promise.all([table.end, json.end]);
    expect([tables.exitCode, lines.exitCode]).toEqual([0, 0]);
    expect(tables.stdout.split(/^deployment pair, epoch 1$/m).at(-1)).toMatch(
      /^\n.*\ndb +server +done .*\nweb-0 +app +done .*\nweb-1 +app +done .*\n$/,
    );
    const printed = lines.stdout.trimEnd().split('\n');
    expect(statesOf(printed[0] ?? '')).toEqual({ db: 'pending', 'web-0': 'pending', 'web-1': 'pending' });
    expect(statesOf(printed.at(-1) ?? '')).toEqual({ db: 'done', 'web-0': 'done', 'web-1': 'done' });
  });

  test('ends when another epoch begins', async () => {
    const workspace = await Workspace.forTest(pair);
    await workspace.heddle('seed', 'heddle.yaml');
    const watch = workspace.start(['status', '--watch']);
    await watch.line(/web-1 +app +pending/);
    await workspace.heddle('seed', 'heddle.yaml');
    expect(await watch.end).toMatchObject({ exitCode: 0 });
  });

  test('says when the store does not answer, and goes on when it does again', async () => {
    const workspace = await Workspace.forTest(pair);
    const serve = async (address: string) => {
      const store = workspace.start(['store', 'data', '--listen', address]);
      return { store, url: /heddle:\S+/.exec(await store.line(/heddle:\/\//))?.[0] ?? '' };
    };
    const { store, url } = await serve('127.0.0.1:0');
    const seed = () => workspace.heddle('seed', 'heddle.yaml', '--store', url);
    await seed();
    const watch = workspace.start(['status', '--watch', '--store', url]);
    await watch.line(/web-1 +app +pending/);
    store.kill('SIGTERM');
    await watch.line(/^heddle: the store does not answer; what follows was so when it last did$/);
    await store.end;
    await serve(url.replace('heddle://', ''));
    await watch.line(/^heddle: the store answers again$/);
    await seed();
    expect(await watch.end).toMatchObject({ exitCode: 0 });
  });

  test('an interrupt ends it', async () => {
    const workspace = await Workspace.forTest(pair);
    await workspace.heddle('seed', 'heddle.yaml');
    const watch = workspace.start(['status', '--watch']);
    await watch.line(/web-1 +app +pending/);
    watch.kill('SIGINT');
    expect(await watch.end).toMatchObject({ exitCode: 130, stderr: '' });
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 130],
    ['SIGHUP', 129],
  ] as const)('%s ends it with %s, and the terminal has its cursor again', async (signal, exitCode) => {
    const workspace = await Workspace.forTest(pair);
    await workspace.heddle('seed', 'heddle.yaml');
    const terminal = onTerminal(workspace, `${watching}; echo code=$?`);
    await terminal.shows(/web-1 +app +pending/);
    process.kill(Number(await workspace.read('pid')), signal);
    const shown = await terminal.end;
    expect(shown.slice(shown.lastIndexOf('\u001b[?25l'))).toContain('\u001b[?25h');
    expect(shown).toContain(`code=${exitCode}\r\n`);
  });

  test('ends when its terminal is closed, without a word', async () => {
    const workspace = await Workspace.forTest(pair);
    await workspace.heddle('seed', 'heddle.yaml');
    await execa('mkfifo', [workspace.path('code')]);
    // The first shell ends with the terminal, as one that a person types at; the second one goes on, and tells.
    const terminal = onTerminal(workspace, `(trap : HUP; ${watchingTo('2>errors')}; echo $? >code); true`);
    await terminal.shows(/web-1 +app +pending/);
    terminal.close();
    expect(await workspace.read('code')).toBe('129\n');
    expect(await workspace.read('errors')).toBe('');
  });

  test('prints a table per change on a terminal that does not know its size', async () => {
    const workspace = await Workspace.forTest(pair);
    await workspace.heddle('seed', 'heddle.yaml');
    const terminal = onTerminal(workspace, watching, 'stty cols 0 rows 0');
    await terminal.shows(/web-1 +app +pending/);
    await workspace.heddle('seed', 'heddle.yaml');
    expect(await terminal.end).not.toContain('\u001b[?25l');
  });

  test('keeps one table in place on a terminal', async () => {
    const workspace = await Workspace.forTest(pair);
    const open = await workspace.gate('gate');
    await open();
    await workspace.heddle('up');
    const shown = await onTerminal(workspace, `${watching} && echo code=0`).end;
    expect(shown).toContain('\u001b[?25l');
    expect(shown).toMatch(/web-1 +app +done/);
    expect(shown).toContain('\u001b[?25h');
    expect(shown).toContain('code=0\r\n');
  });
});
