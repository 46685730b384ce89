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

  test('keeps one table in place on a terminal', async () => {
    const workspace = await Workspace.forTest(pair);
    const open = await workspace.gate('gate');
    await open();
    await workspace.heddle('up');
    // script(1) gives the command a terminal.
    const { stdout, exitCode } = await execa(
      'script',
      ['-qec', `stty cols 120 rows 40; ${heddleProgram} status --watch`, '/dev/null'],
      { cwd: workspace.directory, env: { TERM: 'xterm', NO_COLOR: '1' } },
    );
    expect(exitCode).toBe(0);
    expect(stdout).toContain('\u001b[?25l');
    expect(stdout).toMatch(/web-1 +app +done/);
    expect(stdout).toContain('\u001b[?25h');
  });
});
