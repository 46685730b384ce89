import { describe, expect, test } from 'vitest';
import { boot, bootWords, signal, useBootScenes, writeNode, writer } from './support/boot-scene.ts';
import { script } from './support/workspace.ts';

const scene = useBootScenes();

const reader = `heddle: 1
deployment: booted
nodes:
  a:
    roles: [{ name: one, command: [./one.sh], inputs: { url: "http://\${b.host}/" } }]
  b:
    roles: [{ name: two, command: ["true"], outputs: { host: host } }]
`;

describe('a boot with a limit', () => {
  test('ends a role that waits for a value, and signals its name and what it waits for', async () => {
    const scenery = await scene('waits', { 'one.sh': script('heddle get url') }, reader);
    const { exitCode } = await boot(scenery, { ...scenery.node, limitS: 15 });
    expect(exitCode).toBe(21);
    const { status, reason } = (await signal(scenery.workspace)) as { status: string; reason: string };
    expect(status).toBe('FAILURE');
    expect(reason).toMatch(/^\[role-failed\] a role one was stopped: it had not ended after 15s/);
    expect(reason).toContain('role one waits for b.host');
  });

  test('ends a role that waits for nothing, and signals that', async () => {
    const scenery = await scene('hangs', { 'one.sh': script('exec sleep 1000') });
    const { exitCode, stderr } = await boot(scenery, { ...scenery.node, limitS: 15 });
    expect(exitCode, stderr).toBe(21);
    expect(await signal(scenery.workspace)).toMatchObject({
      status: 'FAILURE',
      reason: expect.stringMatching(/a role one was stopped.*\nrole one waits for no value: it runs/),
    });
  });

  test('ends while there is no store, and signals that no role was running', async () => {
    const scenery = await scene('storeless', { 'one.sh': writer, greeting: 'hello' });
    const node = { ...scenery.node, store: 'heddle://127.0.0.1:1', limitS: 1 };
    expect(await boot(scenery, node)).toMatchObject({ exitCode: 24 });
    expect(await signal(scenery.workspace)).toMatchObject({
      reason: expect.stringContaining(
        'the boot of a was stopped after 1s, shortly before Heat gives it up: no role was running',
      ),
    });
  });

  test('counts what was spent on installing', async () => {
    const scenery = await scene('late', { 'one.sh': script('exec sleep 1000') });
    await writeNode(scenery.workspace, { ...scenery.node, limitS: 3600 });
    // A machine that began an hour ago, or at its own start.
    const end = await scenery.workspace.start(bootWords, { HEDDLE_BOOT_BEGAN: '0.01' }).end;
    expect([21, 24]).toContain(end.exitCode);
    expect(await signal(scenery.workspace)).toMatchObject({ status: 'FAILURE' });
  });

  test('waits for the store as long as the node file says', async () => {
    const scenery = await scene('patient', { 'one.sh': writer, greeting: 'hello' });
    const node = { ...scenery.node, store: 'heddle://127.0.0.1:1', patienceS: 0.3 };
    expect(await boot(scenery, node)).toMatchObject({ exitCode: 24 });
    expect(await signal(scenery.workspace)).toMatchObject({ reason: expect.stringContaining('[unavailable]') });
  });
});

describe('the mark of a boot that has ended', () => {
  test('is left when Heat was told, of whatever end', async () => {
    const scenery = await scene('marked', { 'one.sh': script('exit 3') });
    expect(await boot(scenery, scenery.node)).toMatchObject({ exitCode: 21 });
    expect(await scenery.workspace.read('state/ended')).toBe('');
  });

  test('is not left when nobody could be told: the next boot tells it', async () => {
    const scenery = await scene('untold', { 'one.sh': writer, greeting: 'hello' });
    await scenery.workspace.write('signal.sh', script('test -e open || exit 1', 'cat >> signals', 'echo >> signals'));
    expect(await boot(scenery, scenery.node)).toMatchObject({ exitCode: 24 });
    await expect(scenery.workspace.read('state/ended')).rejects.toMatchObject({ code: 'ENOENT' });
    await scenery.workspace.write('open', '');
    const again = await boot(scenery, scenery.node);
    expect(again.exitCode).toBe(0);
    expect(again.stdout).toMatch(/ a one +done before; not run again/);
    expect(await signal(scenery.workspace)).toMatchObject({ status: 'SUCCESS' });
    expect(await scenery.workspace.read('state/ended')).toBe('');
  });
});
