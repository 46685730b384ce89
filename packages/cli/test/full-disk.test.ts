import { stat } from 'node:fs/promises';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { heddleProgram, Workspace } from './support/workspace.ts';

/** KiB that a file may have: the plan below has more. */
const mostKilobytes = 16;
const deployment = `heddle: 1
deployment: full
nodes:
  a: { roles: [{ name: one, command: { run: ["true"], env: { LONG: "${'x'.repeat(40_000)}" } } }] }
`;

test('an embedded store whose disk is full ends a command with 24, and says which file is to grow', async () => {
  const workspace = await Workspace.forTest({ 'heddle.yaml': deployment });
  // A limit on the size of files refuses writes of one user as a full disk does those of all.
  const limited = ['-c', `ulimit -f ${mostKilobytes}; exec "$0" "$@"`, heddleProgram];
  for (const command of ['seed', 'up']) {
    const run = await execa('bash', [...limited, command, 'heddle.yaml'], {
      cwd: workspace.directory,
      env: { HEDDLE_STORE: undefined, NO_COLOR: '1' },
      reject: false,
    });
    const log = workspace.path('.heddle/full/log');
    expect(run.exitCode, run.stderr).toBe(24);
    expect(run.stderr).toContain(`[unavailable] the store takes no write: the log ${log} cannot be written: EFBIG`);
    expect(run.stderr).toContain(`see that ${log} may grow: is its disk full?`);
    expect((await stat(log)).size).toBeLessThanOrEqual(mostKilobytes * 1024);
  }
  // What was refused has left nothing behind: with room it starts.
  expect(await workspace.heddle('up')).toMatchObject({ exitCode: 0 });
});
