import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  boot,
  bootDeployment,
  bootWords,
  serve,
  sha256,
  signal,
  useBootScenes,
  writeNode,
  writer,
} from './support/boot-scene.ts';

const chefBin = fileURLToPath(new URL('../../../.tools/chef/bin', import.meta.url));

const scene = useBootScenes();

describe('a boot that fails', () => {
  test('signals the error of the recipe with its place, and ends with the exit code of a failed role', async () => {
    const recipe = "log 'so far'\nruby_block 'breaks' do\n  block { raise 'the disk of db is full' }\nend\n";
    const scenery = await scene(
      'recipe',
      {
        'solo.rb': "cookbook_path File.expand_path('cookbooks', __dir__)\n",
        'cookbooks/it/metadata.rb': "name 'it'\nversion '1.0.0'\n",
        'cookbooks/it/recipes/default.rb': recipe,
      },
      bootDeployment.replace('command: [./one.sh]', 'chef: { run_list: [it], config: solo.rb }'),
    );
    const { workspace, node } = scenery;
    await writeNode(workspace, node);
    const { exitCode } = await workspace.start(bootWords, { PATH: `${chefBin}:${process.env['PATH']}` }).end;
    expect(exitCode).toBe(21);
    const { status, reason, data } = (await signal(workspace)) as { status: string; reason: string; data: string };
    expect(status).toBe('FAILURE');
    expect(data).toBe('{}');
    expect(reason).toContain('[role-failed] a role one');
    expect(reason).toContain('the disk of db is full');
    expect(reason).toContain('(it/recipes/default.rb:3)');
    expect(reason.split('\n').length).toBeLessThanOrEqual(3);
  });

  test('signals a content that is not the one that was asked for, and unpacks nothing of it', async () => {
    const scenery = await scene('wrong', { 'one.sh': writer, greeting: 'hello' });
    const { workspace, node, archive } = scenery;
    const { url } = node['content'] as { url: string };
    const { exitCode, stderr } = await boot(scenery, {
      ...node,
      content: { url: `${url}?temp_url_sig=s3cret`, sha256: '0'.repeat(64) },
    });
    expect(exitCode).toBe(2);
    expect(await signal(workspace)).toEqual({
      status: 'FAILURE',
      reason: `[config-invalid] ${url} is not the file that was asked for\nits sha256 is ${sha256(archive)}\ninstead of     ${'0'.repeat(64)}`,
      data: '{}',
      id: 'a',
    });
    expect(stderr).not.toContain('s3cret');
    await expect(workspace.read('state/content/one.sh')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test.each([
    ['that the server does not have', 'nothing', 'the server answers 404', 2],
    ['behind redirects without an end', 'loop', 'it redirects more than 5 times', 2],
  ])('signals a content %s', async (_what, path, why, code) => {
    const scenery = await scene(`content-${path}`, { 'one.sh': writer, greeting: 'hello' });
    const { url, sha256: digest } = scenery.node['content'] as { url: string; sha256: string };
    const content = { url: url.replace('content.tar.gz', path), sha256: digest };
    const { exitCode } = await boot(scenery, { ...scenery.node, content });
    expect(exitCode).toBe(code);
    expect(await signal(scenery.workspace)).toMatchObject({ status: 'FAILURE', reason: expect.stringContaining(why) });
  });

  test('signals an archive that is none', async () => {
    const scenery = await scene('no-archive', { 'one.sh': writer, greeting: 'hello' });
    const text = Buffer.from('not a tar');
    const url = await serve(() => ({ status: 200, body: text }));
    const { exitCode } = await boot(scenery, { ...scenery.node, content: { url, sha256: sha256(text) } });
    expect(exitCode).toBe(2);
    expect(await signal(scenery.workspace)).toMatchObject({ reason: expect.stringContaining('cannot be unpacked') });
  });

  test('signals a store that is out of reach when its patience is over, without the password of the URL', async () => {
    const scenery = await scene('away', { 'one.sh': writer, greeting: 'hello' });
    const closed = await serve(() => ({ status: 404 }));
    const port = new URL(closed).port;
    const workspace = scenery.workspace;
    await workspace.write(
      'state/node_modules/mine/index.cjs',
      `exports.contract = 1; exports.open = async (url) => { throw Object.assign(new Error('nobody at ' + url), { code: 'unavailable', exitCode: 24, retryable: true, next: [], notes: [], details: {}, toJSON() { return { code: 'unavailable', message: this.message, exitCode: 24, retryable: true }; } }); };`,
    );
    await workspace.write('state/node_modules/mine/package.json', '{ "main": "index.cjs" }');
    const node = { ...scenery.node, store: `mine+mine://joe:s3cret/a@b@127.0.0.1:${port}/x` };
    const { exitCode, stdout, stderr } = await boot(scenery, node, '--patience', '300ms');
    expect(exitCode).toBe(24);
    expect(stdout).toMatch(/heddle boot: waits for the store \S+joe:\*\*\*@\S+, \S+ left/);
    const { status, reason } = (await signal(workspace)) as { status: string; reason: string };
    expect(status).toBe('FAILURE');
    expect(reason).toContain('[unavailable]');
    expect(stdout + stderr + reason).not.toContain('s3cret');
  });

  test('signals a Heddle store where nobody listens', async () => {
    const scenery = await scene('nobody', { 'one.sh': writer, greeting: 'hello' });
    const node = { ...scenery.node, store: 'heddle://127.0.0.1:1' };
    expect(await boot(scenery, node, '--patience', '300ms')).toMatchObject({ exitCode: 24 });
    expect(await signal(scenery.workspace)).toMatchObject({
      status: 'FAILURE',
      reason: expect.stringContaining('[unavailable]'),
    });
  });
});
