import { createHash } from 'node:crypto';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { compile, startEpoch } from '@heddle/core';
import embedded from '@heddle/store-embedded';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { holdingPut } from '../../core/test/runtime/fixture.ts';
import { type Result, script, Workspace } from './support/workspace.ts';

const chefBin = fileURLToPath(new URL('../../../.tools/chef/bin', import.meta.url));

const deployment = `heddle: 1
deployment: booted
nodes:
  a:
    roles:
      - name: one
        command: [./one.sh]
        outputs: { told: told, port: port, secret: { path: secret, sensitive: true } }
`;

/** The store of all tests here, each with an own deployment name. */
let shared: Workspace;
let storeUrl: string;
beforeAll(async () => {
  shared = await Workspace.create({});
  const store = shared.start(['store', 'data', '--listen', '127.0.0.1:0']);
  storeUrl = await store.line(/^heddle:/);
});
afterAll(() => shared.remove());

interface Scene {
  readonly workspace: Workspace;
  /** What node.json says; `content` by an HTTP server. */
  readonly node: Record<string, unknown>;
  readonly archive: Buffer;
  readonly requests: string[];
}

/** A seeded deployment whose folder only the archive on a web server has. */
async function scene(name: string, yaml: string, files: Readonly<Record<string, string>>): Promise<Scene> {
  const workspace = await Workspace.forTest({
    'signal.sh': script('cat >> signals', 'echo >> signals'),
    'content/heddle.yaml': yaml.replace('deployment: booted', `deployment: ${name}`),
    ...Object.fromEntries(Object.entries(files).map(([file, text]) => [`content/${file}`, text])),
  });
  const seeded = await workspace.heddle('seed', 'content/heddle.yaml', '--store', storeUrl);
  expect(seeded, seeded.stderr).toMatchObject({ exitCode: 0 });
  await execa('tar', ['-czf', 'content.tar.gz', '-C', 'content', '.'], { cwd: workspace.directory });
  await execa('rm', ['-r', 'content'], { cwd: workspace.directory });
  const archive = await readFile(workspace.path('content.tar.gz'));
  const requests: string[] = [];
  const url = await serve((path) => {
    requests.push(path);
    if (path === '/moved.tar.gz') return { status: 302, headers: { location: '/content.tar.gz' } };
    if (path.startsWith('/loop')) return { status: 302, headers: { location: path } };
    return path.startsWith('/content.tar.gz') ? { status: 200, body: archive } : { status: 404 };
  });
  const node = {
    heddleNode: 1,
    deployment: name,
    epoch: '1',
    node: 'a',
    store: storeUrl,
    content: { url: `${url}/content.tar.gz`, sha256: sha256(archive) },
    static: {},
    report: [],
  };
  return { workspace, node, archive, requests };
}

interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: Buffer;
}

async function serve(answer: (path: string) => Answer): Promise<string> {
  const server: Server = createServer((request, response) => {
    const { status, headers, body } = answer(request.url ?? '');
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function sha256(data: Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

const words = ['boot', '--node-file', 'node.json', '--signal', './signal.sh', '--directory', 'state'];

async function writeNode(workspace: Workspace, node: unknown): Promise<void> {
  await writeFile(workspace.path('node.json'), typeof node === 'string' ? node : JSON.stringify(node), { mode: 0o600 });
}

async function boot({ workspace }: Scene, node: unknown, ...more: string[]): Promise<Result> {
  await writeNode(workspace, node);
  return workspace.start([...words, ...more]).end;
}

async function signals(workspace: Workspace): Promise<Record<string, unknown>[]> {
  const text = await workspace.read('signals');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** The one signal of a boot. */
async function signal(workspace: Workspace): Promise<Record<string, unknown>> {
  const all = await signals(workspace);
  expect(all).toHaveLength(1);
  return all[0] ?? {};
}

const writer = script('cat greeting', 'heddle set told="$(cat greeting)" port:=7 secret=hush-hush', 'pwd');

describe('a machine that boots', () => {
  test('fetches its content, runs its roles in it and signals the outputs that are reported', async () => {
    const scenery = await scene('well', deployment, { 'one.sh': writer, greeting: 'hello\n' });
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
    const scenery = await scene('secret', deployment, { 'one.sh': one });
    const { exitCode, stdout } = await boot(scenery, { ...scenery.node, report: ['secret', 'told'] });
    expect(exitCode).toBe(0);
    expect(await signal(scenery.workspace)).toMatchObject({ status: 'SUCCESS', data: '{}' });
    expect(stdout).toContain('a.secret is not reported: it is sensitive');
    expect(stdout).toContain('a.told is not reported: it was not written');
    expect(stdout).not.toContain('hush-hush');
  });

  test('says that it boots again, keeps its content and runs its roles again', async () => {
    const scenery = await scene('again', deployment, { 'one.sh': writer, greeting: 'hello' });
    const { workspace, node, requests } = scenery;
    await boot(scenery, node);
    const { exitCode, stdout } = await boot(scenery, node);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/boot 1 of this machine, begun at \S+, ended with exit code 0: its roles run again/);
    expect(stdout).toContain('the content is there already');
    expect(requests).toEqual(['/content.tar.gz']);
    expect(await signals(workspace)).toHaveLength(2);
    expect(JSON.parse(await workspace.read('state/boot.json'))).toMatchObject({ run: 2, status: 'SUCCESS' });
  });

  test('waits for its epoch to be seeded', async () => {
    const scenery = await scene('later', deployment, { 'one.sh': writer, greeting: 'hello' });
    const { workspace, node } = scenery;
    await writeNode(workspace, { ...node, epoch: 2 });
    const running = workspace.start(words);
    await running.line(/heddle boot: waits for the store .* deployment later has no epoch 2 in this store/);
    await execa('mkdir', ['content'], { cwd: workspace.directory });
    await execa('tar', ['-xzf', 'content.tar.gz', '-C', 'content'], { cwd: workspace.directory });
    expect(await workspace.heddle('seed', 'content/heddle.yaml', '--store', storeUrl)).toMatchObject({ exitCode: 0 });
    expect(await running.end).toMatchObject({ exitCode: 0 });
    expect(await signal(workspace)).toMatchObject({ status: 'SUCCESS' });
  });

  test('waits for the seed of its epoch to finish, while an agent that is started by hand ends with a clear error', async () => {
    const scenery = await scene('halfway', deployment, { 'one.sh': writer, greeting: 'hello' });
    const { workspace, node } = scenery;
    const store = await embedded.open(storeUrl);
    onTestFinished(() => store.close());
    const held = holdingPut(store, (key) => key.at(-2) === 'plan');
    const text = deployment.replace('deployment: booted', 'deployment: halfway');
    const seed = startEpoch(held.store, compile(text, { file: 'heddle.yaml', directory: workspace.directory }));
    await held.reached;
    const agentWords = ['--deployment', 'halfway', '--epoch', '2', '--node', 'a', '--directory', 'by-hand'];
    const agent = await workspace.heddle('agent', '--store', storeUrl, ...agentWords);
    expect(agent).toMatchObject({ exitCode: 2 });
    expect(agent.stderr).toContain('[not-found] the seed of epoch 2 of deployment halfway has not finished');
    await writeNode(workspace, { ...node, epoch: 2 });
    const running = workspace.start(words);
    await running.line(/heddle boot: waits for the store .* left: the seed of epoch 2 of .* has not finished/);
    held.release();
    await seed;
    expect(await running.end).toMatchObject({ exitCode: 0 });
    expect(await signal(workspace)).toMatchObject({ status: 'SUCCESS' });
  });

  test('follows a redirect to its content, and a file URL', async () => {
    const scenery = await scene('moved', deployment, { 'one.sh': writer, greeting: 'hello' });
    const { workspace, node, archive } = scenery;
    const { url } = node['content'] as { url: string };
    const moved = { url: url.replace('content', 'moved'), sha256: sha256(archive) };
    expect(await boot(scenery, { ...node, content: moved })).toMatchObject({ exitCode: 0 });
    const file = { url: `file://${workspace.path('content.tar.gz')}`, sha256: sha256(archive) };
    expect(await boot(scenery, { ...node, content: file }, '--directory', 'other')).toMatchObject({ exitCode: 0 });
  });

  test('signals that it was interrupted, after its role has stopped', async () => {
    const one = script('trap "echo stopped > ../stopped; exit 1" TERM', 'echo it runs', 'sleep 1000 &', 'wait');
    const scenery = await scene('stopped', deployment, { 'one.sh': one });
    const { workspace } = scenery;
    await writeNode(workspace, scenery.node);
    const running = workspace.start(words);
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
    const scenery = await scene('hidden', deployment, { 'one.sh': writer, greeting: 'hello' });
    await scenery.workspace.write('signal.sh', script('echo "$#" > arguments', 'cat >> signals', 'echo >> signals'));
    expect((await boot(scenery, { ...scenery.node, report: ['told'] })).exitCode).toBe(0);
    expect(await scenery.workspace.read('arguments')).toBe('0\n');
    expect(await signal(scenery.workspace)).toMatchObject({ status: 'SUCCESS' });
  });

  test('is told by a program that does not read what it is given', async () => {
    const scenery = await scene('unread', deployment, { 'one.sh': writer, greeting: 'hello' });
    await scenery.workspace.write('signal.sh', script('exec <&-', 'exit 0'));
    expect(await boot(scenery, scenery.node)).toMatchObject({ exitCode: 0 });
  });

  test('tries again when the signal does not get through', async () => {
    const scenery = await scene('retried', deployment, { 'one.sh': writer, greeting: 'hello' });
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

describe('a boot that fails', () => {
  test('signals the error of the recipe with its place, and ends with the exit code of a failed role', async () => {
    const recipe = "log 'so far'\nruby_block 'breaks' do\n  block { raise 'the disk of db is full' }\nend\n";
    const scenery = await scene(
      'recipe',
      deployment.replace('command: [./one.sh]', 'chef: { run_list: [it], config: solo.rb }'),
      {
        'solo.rb': "cookbook_path File.expand_path('cookbooks', __dir__)\n",
        'cookbooks/it/metadata.rb': "name 'it'\nversion '1.0.0'\n",
        'cookbooks/it/recipes/default.rb': recipe,
      },
    );
    const { workspace, node } = scenery;
    await writeNode(workspace, node);
    const { exitCode } = await workspace.start(words, { PATH: `${chefBin}:${process.env['PATH']}` }).end;
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
    const scenery = await scene('wrong', deployment, { 'one.sh': writer, greeting: 'hello' });
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
    const scenery = await scene(`content-${path}`, deployment, { 'one.sh': writer, greeting: 'hello' });
    const { url, sha256: digest } = scenery.node['content'] as { url: string; sha256: string };
    const content = { url: url.replace('content.tar.gz', path), sha256: digest };
    const { exitCode } = await boot(scenery, { ...scenery.node, content });
    expect(exitCode).toBe(code);
    expect(await signal(scenery.workspace)).toMatchObject({ status: 'FAILURE', reason: expect.stringContaining(why) });
  });

  test('signals an archive that is none', async () => {
    const scenery = await scene('no-archive', deployment, { 'one.sh': writer, greeting: 'hello' });
    const text = Buffer.from('not a tar');
    const url = await serve(() => ({ status: 200, body: text }));
    const { exitCode } = await boot(scenery, { ...scenery.node, content: { url, sha256: sha256(text) } });
    expect(exitCode).toBe(2);
    expect(await signal(scenery.workspace)).toMatchObject({ reason: expect.stringContaining('cannot be unpacked') });
  });

  test('signals a store that is out of reach when its patience is over, without the password of the URL', async () => {
    const scenery = await scene('away', deployment, { 'one.sh': writer, greeting: 'hello' });
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
    const scenery = await scene('nobody', deployment, { 'one.sh': writer, greeting: 'hello' });
    const node = { ...scenery.node, store: 'heddle://127.0.0.1:1' };
    expect(await boot(scenery, node, '--patience', '300ms')).toMatchObject({ exitCode: 24 });
    expect(await signal(scenery.workspace)).toMatchObject({
      status: 'FAILURE',
      reason: expect.stringContaining('[unavailable]'),
    });
  });

  test('signals a missing node file under the name of the host', async () => {
    const workspace = await Workspace.forTest({ 'signal.sh': script('cat >> signals', 'echo >> signals') });
    const { exitCode, stdout, stderr } = await workspace.start(words).end;
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
    ['without a node', { ...good, node: undefined }, /node\.json: node: /],
    [
      'with a sha256 that is none',
      { ...good, content: { url: 'http://x/', sha256: 'abc' } },
      /content\.sha256: must be 64/,
    ],
    ['with a key that is none', { ...good, reports: [] }, /node\.json: .*reports/],
  ])('signals a node file %s, and nothing of its values', async (_what, node, message) => {
    const workspace = await Workspace.forTest({ 'signal.sh': script('cat >> signals', 'echo >> signals') });
    await writeNode(workspace, node);
    const { exitCode, stdout, stderr } = await workspace.start(words).end;
    expect(exitCode).toBe(2);
    const { status, reason } = (await signal(workspace)) as { status: string; reason: string };
    expect(status).toBe('FAILURE');
    expect(reason).toMatch(message);
    expect(stdout + stderr + reason).not.toContain('hush-hush');
  });

  test('refuses a node file that others may read', async () => {
    const workspace = await Workspace.forTest({ 'signal.sh': script('cat >> signals', 'echo >> signals') });
    await writeNode(workspace, good);
    await chmod(workspace.path('node.json'), 0o644);
    expect(await workspace.start(words).end).toMatchObject({ exitCode: 2 });
    expect(await signal(workspace)).toMatchObject({ reason: expect.stringContaining('its mode is 0644') });
  });

  test('ends without a signal when there is no program to signal with, and says so', async () => {
    const workspace = await Workspace.forTest({});
    const { exitCode, stdout } = await workspace.start(words).end;
    expect(exitCode).toBe(2);
    expect(stdout).toContain(`there is no ${workspace.path('signal.sh')}, so nobody is told`);
  });
});
