import { expect, test } from 'vitest';
import { script, Workspace } from './support/workspace.ts';

test('a script that goes on after a failed read, and fails later, is not blamed on that read', async () => {
  const workspace = await Workspace.forTest({
    'heddle.yaml': `heddle: 1
deployment: forgiven
nodes:
  a:
    roles: [{ name: late, command: ["true"], outputs: { x: x } }]
  b:
    roles: [{ name: app, command: [./b.sh], inputs: { x: "\${a.x}" }, outputs: { y: y } }]
`,
    'b.sh': script('heddle get x --default none > got', 'heddle set y=1', 'echo the disk is full >&2', 'exit 3'),
  });
  const up = await workspace.heddle('up');
  expect(await workspace.read('got')).toBe('none\n');
  expect(up.exitCode).toBe(21);
  expect(up.stderr).toContain('[role-failed] b role app failed: exit code 3');
  expect(up.stderr).toContain('the disk is full');
});

test('a script that has looked without waiting, and fails later of something else, is not blamed on that look', async () => {
  const workspace = await Workspace.forTest({
    'heddle.yaml': `heddle: 1
deployment: looked
nodes:
  a:
    roles: [{ name: late, command: ["true"], outputs: { x: x } }]
  b:
    roles: [{ name: app, command: [./b.sh], inputs: { x: "\${a.x}" }, after: [a.late] }]
`,
    'b.sh': script('heddle get x --no-wait --default none > got', 'echo the disk is full >&2', 'exit 3'),
  });
  const up = await workspace.heddle('up');
  expect(await workspace.read('got')).toBe('none\n');
  expect(up.stderr).toContain('[role-failed] b role app failed: exit code 3');
});
