import { chmod } from 'node:fs/promises';
import { hostname } from 'node:os';
import { describe, expect, test } from 'vitest';
import { bootWords, signal, writeNode } from './support/boot-scene.ts';
import { script, Workspace } from './support/workspace.ts';

describe('a boot without a node file that can be used', () => {
  test('signals a missing file under the name of the host', async () => {
    const workspace = await Workspace.forTest({ 'signal.sh': script('cat >> signals', 'echo >> signals') });
    const { exitCode, stdout, stderr } = await workspace.start(bootWords).end;
    expect(exitCode).toBe(2);
    expect(stderr).toContain('[config-invalid] there is no node.json, which says what this machine is');
    expect(`${stdout}${stderr}`.match(/there is no node\.json/g), 'printed once').toHaveLength(1);
    expect(stdout).toContain('heddle boot: FAILURE, exit code 2\n');
    expect(await signal(workspace)).toMatchObject({ status: 'FAILURE', id: hostname() });
  });

  const good = {
    heddleNode: 1,
    deployment: 'd',
    epoch: '1',
    node: 'a',
    store: 'heddle://127.0.0.1:1',
    content: null,
    static: { s0: 'hush-hush' },
    report: [],
  };
  test.each([
    ['no JSON', '{\n  "heddleNode": 1,\n  "static": {"s0": "hush-hush"},,\n}', /node\.json(:3)?: it is no JSON/],
    ['of another version', { ...good, heddleNode: 2 }, /node\.json: heddleNode: /],
    ['without a node', { ...good, node: undefined }, /node\.json: it needs one of "node" and "group"/],
    [
      'with a sha256 that is none',
      { ...good, content: { url: 'http://x/', sha256: 'abc' } },
      /content\.sha256: must be 64/,
    ],
    ['with a key that is none', { ...good, reports: [] }, /node\.json: .*reports/],
  ])('signals a file %s, and nothing of its values', async (_what, node, message) => {
    const workspace = await Workspace.forTest({ 'signal.sh': script('cat >> signals', 'echo >> signals') });
    await writeNode(workspace, node);
    const { exitCode, stdout, stderr } = await workspace.start(bootWords).end;
    expect(exitCode).toBe(2);
    const { status, reason } = (await signal(workspace)) as { status: string; reason: string };
    expect(status).toBe('FAILURE');
    expect(reason).toMatch(message);
    expect(stdout + stderr + reason).not.toContain('hush-hush');
  });

  test('refuses a file that others may read', async () => {
    const workspace = await Workspace.forTest({ 'signal.sh': script('cat >> signals', 'echo >> signals') });
    await writeNode(workspace, good);
    await chmod(workspace.path('node.json'), 0o644);
    expect(await workspace.start(bootWords).end).toMatchObject({ exitCode: 2 });
    expect(await signal(workspace)).toMatchObject({ reason: expect.stringContaining('its mode is 0644') });
  });

  test('ends without a signal when there is no program to signal with, and says so', async () => {
    const workspace = await Workspace.forTest({});
    const { exitCode, stdout } = await workspace.start(bootWords).end;
    expect(exitCode).toBe(2);
    expect(stdout).toContain(`there is no ${workspace.path('signal.sh')}, so nobody is told`);
  });
});
