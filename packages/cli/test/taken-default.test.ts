import { describe, expect, test } from 'vitest';
import { script, Workspace } from './support/workspace.ts';

/** The producer writes when its gate is opened; the reader does without after a moment. */
const files = {
  'heddle.yaml': `heddle: 1
deployment: late
nodes:
  a: { roles: [{ name: one, command: [./one.sh], outputs: { v: v, w: w } }] }
  b:
    roles:
      - { name: two, command: [./two.sh], inputs: { x: { $value: "\${a.v}", default: d, deadline: 300ms }, y: "\${a.w}" } }
`,
  'one.sh': script('heddle set w=1', 'read line < gate', 'heddle set v=1'),
  'two.sh': script('heddle get y', 'heddle get x'),
};

describe('a default that a role took', () => {
  test('is told with what the producer did, and stands in the summary, in status, why and watch', async () => {
    const workspace = await Workspace.forTest(files);
    const open = await workspace.gate('gate');
    const up = workspace.start(['up']);
    await up.line(/^\S+ b two +done/);
    await open();
    const { exitCode, stdout } = await up.end;
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      / took the default of x after [\d.]+m?s: \[wait-timeout\] b role two .* waited 300ms for a\.v \(input x\)\n {2}producer: a, role one: running, for /,
    );
    expect(stdout).toMatch(/\nheddle: late, epoch 1: all 2 roles ended well; defaults taken: b:x\n$/);

    expect((await workspace.heddle('status')).stdout).toMatch(/^b +two +done .* took the default of x$/m);
    const status = JSON.parse((await workspace.heddle('status', '-o', 'json')).stdout);
    expect(status.roles).toMatchObject([{ defaulted: [] }, { defaulted: ['x'], unread: [] }]);

    const why = await workspace.heddle('why', 'b');
    expect(why.stdout.replace(/ [\d.]+m?s ago/, ' ago').split('\n')).toEqual([
      'b role two ended well ago',
      '     took the default of x',
      '',
      'nothing holds it up, but b role two took a default',
      '  try: heddle up  starts anew, and waits for the value again',
      '  try: heddle status  shows what every role is doing',
      '',
    ]);
    // The value came later.
    const [asked] = (await workspace.heddle('why', 'b:x')).stdout.split('\n');
    expect(asked).toBe('b role two took the default of its input x (there: a.v)');
    const [read] = (await workspace.heddle('why', 'b:y')).stdout.split('\n');
    expect(read).toBe('b role two has read its input y (there: a.w)');

    const events = (await workspace.heddle('watch', '--from-start')).stdout.trimEnd().split('\n');
    const roles = events.map((line) => JSON.parse(line)).filter(({ type }) => type === 'role');
    expect(roles.map(({ role, defaulted }) => [role, defaulted])).toEqual([
      ['one', undefined],
      ['two', ['x']],
    ]);
  });

  test('is no word where the value came', async () => {
    const workspace = await Workspace.forTest({ ...files, 'one.sh': script('heddle set v=1', 'heddle set w=1') });
    expect((await workspace.heddle('up')).stdout).toMatch(/: all 2 roles ended well\n$/);
    expect((await workspace.heddle('why', 'b')).stdout).toContain('nothing is wrong: b role two has ended well\n');
  });
});
