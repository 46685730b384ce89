import { compile, startEpoch } from '@heddle/core';
import embedded from '@heddle/store-embedded';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { holdingPut } from '../../core/test/runtime/fixture.ts';
import {
  boot,
  bootDeployment,
  bootWords,
  sha256,
  signal,
  signals,
  useBootScenes,
  writeNode,
  writer,
} from './support/boot-scene.ts';
import { script } from './support/workspace.ts';

const scene = useBootScenes();

describe('a machine that boots', () => {
  test('fetches its content, runs its roles in it and signals the outputs that are reported', async () => {
    const scenery = await scene('well', { 'one.sh': writer, greeting: 'hello\n' });
    const { workspace, node } = scenery;
    const { exitCode, stdout, stderr } = await boot(scenery, { ...node, report: ['told', 'port'] });
    expect(exitCode, stderr).toBe(0);
    expect(await signal(workspace)).toEqual({
      status: 'SUCCESS',
      reason: 'all roles of a ended well',
      data: '{"told":"hello","port":7}',
      id: 'a',
    });
    expect(stdout).toContain(`| ${workspace.path('state/content')}\n`);
    const record = JSON.parse(await workspace.read('state/boot.json')) as { steps: { step: string }[] };
    expect(record).toMatchObject({ heddleBoot: 1, run: 1, node: 'a', status: 'SUCCESS', exitCode: 0 });
    expect(record.steps.map(({ step }) => step)).toEqual(['content', 'store', 'roles', 'report', 'signal']);
    for (const step of ['content', 'store', 'roles', 'signal']) expect(stdout).toMatch(`heddle boot: ${step} took `);
  });

  test('does not report what is sensitive or was not written, and says so', async () => {
    const one = script('heddle set secret=hush-hush');
    const scenery = await scene('secret', { 'one.sh': one });
    const { exitCode, stdout } = await boot(scenery, { ...scenery.node, report: ['secret', 'told'] });
    expect(exitCode).toBe(0);
    expect(await signal(scenery.workspace)).toMatchObject({ status: 'SUCCESS', data: '{}' });
    expect(stdout).toContain('a.secret is not reported: it is sensitive');
    expect(stdout).toContain('a.told is not reported: it was not written');
    expect(stdout).not.toContain('hush-hush');
  });

  test('says that it boots again, keeps its content and runs its roles again', async () => {
    const scenery = await scene('again', { 'one.sh': writer, greeting: 'hello' });
    const { workspace, node, requests } = scenery;
    await boot(scenery, node);
    const { exitCode, stdout } = await boot(scenery, node);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /boot 1 of this machine, begun at \S+, ended with exit code 0: what has not ended well runs again/,
    );
    expect(stdout).toContain('the content is there already');
    expect(requests).toEqual(['/content.tar.gz']);
    expect((await signals(workspace)).map(({ reason }) => reason)).toEqual([
      'all roles of a ended well',
      'all roles of a ended well\nthis was boot 2 of the machine',
    ]);
    expect(JSON.parse(await workspace.read('state/boot.json'))).toMatchObject({ run: 2, status: 'SUCCESS' });
  });

  test('waits for its epoch to be seeded', async () => {
    const { workspace, node, storeUrl } = await scene('later', { 'one.sh': writer, greeting: 'hello' });
    await writeNode(workspace, { ...node, epoch: 2 });
    const running = workspace.start(bootWords);
    await running.line(/heddle boot: waits for the store .* deployment later has no epoch 2 in this store/);
    await execa('mkdir', ['content'], { cwd: workspace.directory });
    await execa('tar', ['-xzf', 'content.tar.gz', '-C', 'content'], { cwd: workspace.directory });
    expect(await workspace.heddle('seed', 'content/heddle.yaml', '--store', storeUrl)).toMatchObject({ exitCode: 0 });
    expect(await running.end).toMatchObject({ exitCode: 0 });
    expect(await signal(workspace)).toMatchObject({ status: 'SUCCESS' });
  });

  test('does not wait for an epoch that has been removed, and signals what is to be done', async () => {
    const scenery = await scene('removed', { 'one.sh': writer, greeting: 'hello' });
    const { workspace, node, storeUrl } = scenery;
    await execa('mkdir', ['content'], { cwd: workspace.directory });
    await execa('tar', ['-xzf', 'content.tar.gz', '-C', 'content'], { cwd: workspace.directory });
    expect(await workspace.heddle('seed', 'content/heddle.yaml', '--store', storeUrl)).toMatchObject({ exitCode: 0 });
    const gc = await workspace.heddle('gc', '--store', storeUrl, '--deployment', 'removed');
    expect(gc, gc.stderr).toMatchObject({ exitCode: 0 });
    const { exitCode, stdout, stderr } = await boot(scenery, node);
    expect(exitCode).toBe(24);
    expect(stderr).toContain('[fenced] epoch 1 of deployment removed was closed and has been removed from this store');
    expect(stderr).toContain('give Heat what heddle seed printed');
    expect(stdout).not.toContain('waits for the store');
    expect(await signal(workspace)).toMatchObject({
      status: 'FAILURE',
      reason: expect.stringContaining('[fenced] epoch 1 of deployment removed was closed and has been removed'),
    });
  });

  test('waits for the seed of its epoch to finish, while an agent that is started by hand ends with a clear error', async () => {
    const { workspace, node, storeUrl } = await scene('halfway', { 'one.sh': writer, greeting: 'hello' });
    const store = await embedded.open(storeUrl);
    onTestFinished(() => store.close());
    const held = holdingPut(store, (key) => key.at(-2) === 'plan');
    const text = bootDeployment.replace('deployment: booted', 'deployment: halfway');
    const seed = startEpoch(held.store, compile(text, { file: 'heddle.yaml', directory: workspace.directory }));
    await held.reached;
    const agentWords = ['--deployment', 'halfway', '--epoch', '2', '--node', 'a', '--directory', 'by-hand'];
    const agent = await workspace.heddle('agent', '--store', storeUrl, ...agentWords);
    expect(agent).toMatchObject({ exitCode: 2 });
    expect(agent.stderr).toContain('[not-found] the seed of epoch 2 of deployment halfway has not finished');
    await writeNode(workspace, { ...node, epoch: 2 });
    const running = workspace.start(bootWords);
    await running.line(/heddle boot: waits for the store .* left: the seed of epoch 2 of .* has not finished/);
    held.release();
    await seed;
    expect(await running.end).toMatchObject({ exitCode: 0 });
    expect(await signal(workspace)).toMatchObject({ status: 'SUCCESS' });
  });

  test('follows a redirect to its content, and a file URL', async () => {
    const scenery = await scene('moved', { 'one.sh': writer, greeting: 'hello' });
    const { workspace, node, archive } = scenery;
    const { url } = node['content'] as { url: string };
    const moved = { url: url.replace('content', 'moved'), sha256: sha256(archive) };
    expect(await boot(scenery, { ...node, content: moved })).toMatchObject({ exitCode: 0 });
    const file = { url: `file://${workspace.path('content.tar.gz')}`, sha256: sha256(archive) };
    expect(await boot(scenery, { ...node, content: file }, '--directory', 'other')).toMatchObject({ exitCode: 0 });
  });

  test('signals that it was interrupted, after its role has stopped', async () => {
    const one = script('trap "echo stopped > ../stopped; exit 1" TERM', 'echo it runs', 'sleep 1000 &', 'wait');
    const scenery = await scene('stopped', { 'one.sh': one });
    const { workspace } = scenery;
    await writeNode(workspace, scenery.node);
    const running = workspace.start(bootWords);
    await running.line(/\| it runs/);
    running.kill('SIGTERM');
    expect(await running.end).toMatchObject({ exitCode: 130 });
    expect(await workspace.read('state/stopped')).toBe('stopped\n');
    expect(await signal(workspace)).toMatchObject({
      status: 'FAILURE',
      reason: '[interrupted] the boot was interrupted by SIGTERM',
    });
  });

  test('gives the body to the program on its standard input: arguments are there for everyone to see', async () => {
    const scenery = await scene('hidden', { 'one.sh': writer, greeting: 'hello' });
    await scenery.workspace.write('signal.sh', script('echo "$#" > arguments', 'cat >> signals', 'echo >> signals'));
    expect((await boot(scenery, { ...scenery.node, report: ['told'] })).exitCode).toBe(0);
    expect(await scenery.workspace.read('arguments')).toBe('0\n');
    expect(await signal(scenery.workspace)).toMatchObject({ status: 'SUCCESS' });
  });

  test('is told by a program that does not read what it is given', async () => {
    const scenery = await scene('unread', { 'one.sh': writer, greeting: 'hello' });
    await scenery.workspace.write('signal.sh', script('exec <&-', 'exit 0'));
    expect(await boot(scenery, scenery.node)).toMatchObject({ exitCode: 0 });
  });

  test('tries again when the signal does not get through', async () => {
    const scenery = await scene('retried', { 'one.sh': writer, greeting: 'hello' });
    await scenery.workspace.write(
      'signal.sh',
      script(
        'if [ ! -e first ]; then touch first; printf "HTTP/1.1 503 Busy\\r\\n"; exit 0; fi',
        'printf "HTTP/1.1 204 No Content\\r\\n"',
        'cat >> signals',
        'echo >> signals',
      ),
    );
    const { exitCode, stdout } = await boot(scenery, scenery.node);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('the signal did not get through, the next try is in 1 s: the server answers 503 Busy');
    expect(await signal(scenery.workspace)).toMatchObject({ status: 'SUCCESS' });
  });
});
