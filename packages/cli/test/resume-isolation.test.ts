import { describe, expect, test } from 'vitest';
import { script, Workspace } from './support/workspace.ts';

const files = {
  'heddle.yaml': `heddle: 1
deployment: kept
nodes:
  a:
    roles: [{ name: one, command: [./one.sh] }]
`,
  // Fails in the first run, and notes under which name the host is known to it in each.
  'one.sh': script('hostname >> hosts.txt', 'test "$(wc -l < hosts.txt)" = 2'),
};

describe('heddle up --resume', () => {
  test('goes on with the isolation that the epoch was begun with', async () => {
    const workspace = await Workspace.forTest(files);
    const first = await workspace.heddle('up', '--isolate', 'machine');
    expect(first.exitCode, first.stderr).toBe(21);
    const second = await workspace.heddle('up', '--resume');
    expect(second.exitCode, second.stderr).toBe(0);
    expect(await workspace.read('hosts.txt')).toBe('a\na\n');
  });

  test('refuses another isolation than the epoch was begun with', async () => {
    const workspace = await Workspace.forTest(files);
    expect(await workspace.heddle('up')).toMatchObject({ exitCode: 21 });
    const { exitCode, stderr } = await workspace.heddle('up', '--resume', '--isolate', 'machine');
    expect(exitCode).toBe(2);
    expect(stderr).toBe(
      [
        'heddle: [usage] epoch 1 of deployment kept was begun with --isolate process, and goes on with that',
        '  try: heddle up --resume  goes on with --isolate process',
        '  try: heddle up --isolate machine  starts a new epoch',
        '',
      ].join('\n'),
    );
    expect(await workspace.heddle('up', '--resume', '--isolate', 'process')).toMatchObject({ exitCode: 0 });
  });
});
