import { cp } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { openStore } from '@heddle/agent';
import { currentEpoch, openEpoch, parsePlan, readSlice } from '@heddle/core';
import { serveEmbedded } from '@heddle/store-embedded';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Workspace } from './support/workspace.ts';

const example = fileURLToPath(new URL('../../../examples/two-servers', import.meta.url));
const digest = 'ab'.repeat(32);

/** A folder with the example of two servers in it. */
async function withExample(): Promise<Workspace> {
  const workspace = await Workspace.forTest({});
  await cp(example, `${workspace.directory}/two-servers`, { recursive: true });
  return workspace;
}

describe('heddle compile TEMPLATE', () => {
  test('writes a standard template and its plan, and tells who resolves what', async () => {
    const workspace = await withExample();
    const words = [
      '--bundle',
      `http://10.0.0.5/heddle.mjs#${digest}`,
      '--content',
      `http://10.0.0.5/content.tar.gz#${digest}`,
    ];
    const { exitCode, stdout, stderr } = await workspace.heddle(
      'compile',
      'two-servers/template.yaml',
      '--store',
      'zk://10.0.0.5:2181/heddle',
      ...words,
      '-o',
      'stack.json',
    );
    expect({ exitCode, stdout }, stderr).toEqual({ exitCode: 0, stdout: '' });
    expect(stderr).toMatch(/^web\.app +shop\.database\.url +db\.port +at run time +role mysql of db writes it/m);
    expect(stderr).toMatch(/^db\.mysql +mysql\.root_password +password\.value +by Heat +get_attr/m);
    const plan = parsePlan(JSON.parse(await workspace.read('plan.json')), 'plan.json');
    expect(plan).toMatchObject({
      deployment: 'two-servers',
      template: 'two-servers/template.yaml',
      store: 'zk://10.0.0.5:2181/heddle',
    });
    const stack = JSON.parse(await workspace.read('stack.json')) as {
      parameters: Record<string, { default?: string }>;
    };
    expect(stack.parameters['heddle_bundle_sha256']?.default).toBe(digest);
    expect(stack.parameters['heddle_content_url']?.default).toBe('http://10.0.0.5/content.tar.gz');
  });

  test('without -o prints the template alone', async () => {
    const workspace = await withExample();
    const { stdout } = await workspace.heddle('compile', 'two-servers/template.yaml');
    expect(JSON.parse(stdout)).toHaveProperty(['resources', 'heddle_wait_db']);
    await expect(workspace.read('plan.json')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('counts the members of a group by a parameter, and Heat takes no other number', async () => {
    const workspace = await withExample();
    await cp(fileURLToPath(new URL('../../../examples/nfs', import.meta.url)), `${workspace.directory}/nfs`, {
      recursive: true,
    });
    const compile = (...words: string[]) =>
      workspace.heddle('compile', 'nfs/template.yaml', '-o', 'stack.json', '--parameter', ...words);
    expect(await compile('clients=3')).toMatchObject({ exitCode: 0 });
    const plan = parsePlan(JSON.parse(await workspace.read('plan.json')), 'plan.json');
    expect(plan.groups).toEqual({ client: 3 });
    expect(plan.nodes.map(({ name }) => name)).toEqual(['files', 'client-0', 'client-1', 'client-2']);
    const { parameters } = JSON.parse(await workspace.read('stack.json')) as { parameters: Record<string, unknown> };
    expect(parameters['clients']).toMatchObject({ default: 3, constraints: [{ allowed_values: [3] }] });
    expect(await compile('clients=3', '--parameter', 'flavour=m1.large')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('the template has no parameter "flavour"; did you mean "flavor"?'),
    });
    expect(await compile('flavor=m1.large')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('"flavor" is for Heat'),
    });
  });

  test('tells every mistake with its line and writes nothing', async () => {
    const workspace = await withExample();
    const text = (await workspace.read('two-servers/template.yaml'))
      .replace('[db, port]', '[db, prt]')
      .replace('get_param: image', 'get_param: imag');
    await workspace.write('two-servers/template.yaml', text);
    const { exitCode, stdout, stderr } = await workspace.heddle(
      'compile',
      'two-servers/template.yaml',
      '-o',
      'stack.json',
    );
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' });
    expect(stderr).toContain(
      'two-servers/template.yaml:26: E_PARAM: there is no parameter "imag"; did you mean "image"?',
    );
    expect(stderr).toMatch(
      /template\.yaml:56: E_ATTR: "db" \(OS::Nova::Server\) has no attribute "prt".* did you mean "port"\?/,
    );
    for (const file of ['stack.json', 'plan.json'])
      await expect(workspace.read(file)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('finds roles in a nested template, from the folder of the template', async () => {
    const workspace = await withExample();
    const nested = (await workspace.read('two-servers/template.yaml')).replaceAll('roles', 'things');
    await workspace.write('two-servers/nested/inner.yaml', await workspace.read('two-servers/template.yaml'));
    await workspace.write('two-servers/template.yaml', nested.replace('OS::Heat::RandomString', 'nested/inner.yaml'));
    const { exitCode, stderr } = await workspace.heddle('compile', 'two-servers/template.yaml', '-o', 'stack.json');
    expect(exitCode).toBe(3);
    expect(stderr).toContain('two-servers/template.yaml:19: E_NESTED: "db" has roles at nested/inner.yaml:29');
    await expect(workspace.read('stack.json')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('finds a run-list entry without a cookbook, and flags that do not fit', async () => {
    const workspace = await withExample();
    const said = async (...words: string[]) => {
      const { exitCode, stderr } = await workspace.heddle(...words);
      return [exitCode, stderr.split('\n')[0]];
    };
    const file = 'two-servers/template.yaml';
    expect(await said('compile', file, '--store', 'zk://me:secret@10.0.0.5/x')).toEqual([
      2,
      'heddle: [usage] the store URL holds a password, which would stand in the template',
    ]);
    expect(await said('compile', file, '--store', 'zk://me:sec/r@t@10.0.0.5/x')).toEqual([
      2,
      'heddle: [usage] the store URL holds a password, which would stand in the template',
    ]);
    expect(await said('compile', file, '--content', `http://me:12/secret@10.0.0.5/x#${digest}`)).toEqual([
      2,
      'heddle: [usage] the URL of --content holds a password, which would stand in the template',
    ]);
    expect(await said('compile', file, '--content', `http://me:secret@10.0.0.5/x#${digest}`)).toEqual([
      2,
      'heddle: [usage] the URL of --content holds a password, which would stand in the template',
    ]);
    const planUrl = ['--coordinator', 'zk', '--plan-url', 'https://me:secret@10.0.0.5/plan.json'];
    expect(await said('compile', file, ...planUrl)).toEqual([
      2,
      'heddle: [usage] the URL of --plan-url holds a password, which would stand in the template',
    ]);
    expect(await said('compile', file, '--bundle', 'http://x')).toEqual([
      2,
      expect.stringContaining('is no URL#SHA256'),
    ]);
    expect(await said('compile', file, '--set', 'a=b')).toEqual([
      2,
      expect.stringContaining('--set is for the params of a heddle.yaml'),
    ]);
    expect(await said('compile', file, '-o', 'x', '--plan', 'x')).toEqual([
      2,
      expect.stringContaining('-o and --plan both name x'),
    ]);
    expect(await said('compile', file, '--timeout', '13h')).toEqual([
      2,
      expect.stringContaining('Heat waits from 1s to 12h'),
    ]);
    await workspace.write(file, (await workspace.read(file)).replace('recipe[shop]', 'recipe[shp]'));
    expect(await said('validate', file)).toEqual([
      3,
      expect.stringMatching(
        /^heddle: \[plan-invalid\] two-servers\/template\.yaml:47: role app: the run-list entry recipe\[shp\]/,
      ),
    ]);
  });
});

test('heddle compile counts the coordinator that it adds, when it warns of a large template', async () => {
  const workspace = await Workspace.forTest({
    'template.yaml': `heat_template_version: 2018-08-31
description: ${'x'.repeat(507_000)}
resources:
  a:
    type: OS::Nova::Server
    properties: { image: i, flavor: f }
    metadata: { roles: [{ name: app, command: ['true'] }] }
`,
  });
  const compiled = async (...words: readonly string[]) => {
    const { exitCode, stdout, stderr } = await workspace.heddle('compile', 'template.yaml', ...words);
    expect(exitCode, stderr).toBe(0);
    return { stdout, warning: stderr.split('\n').find((line) => line.includes('W_SIZE')) };
  };
  expect((await compiled()).warning).toBeUndefined();
  const { stdout, warning } = await compiled('--coordinator', 'zk');
  expect(warning).toContain(`template.yaml:1: W_SIZE: the emitted template has ${stdout.length} characters`);
});

test('heddle validate TEMPLATE says what there is', async () => {
  const workspace = await withExample();
  expect(await workspace.heddle('validate', 'two-servers/template.yaml')).toMatchObject({
    exitCode: 0,
    stdout: 'two-servers/template.yaml is valid: 2 nodes, 4 roles, 5 inputs; the longest deadline is 10m\n',
  });
});

describe('heddle seed PLAN of a template', () => {
  test('starts an epoch and gives the parameters for Heat, without needing the cookbooks here', async () => {
    const workspace = await withExample();
    await workspace.heddle('compile', 'two-servers/template.yaml', '-o', 'stack.json');
    const server = await serveEmbedded(`${workspace.directory}/store`, { listen: { port: 0 } });
    onTestFinished(() => server.close());
    const { url } = server;
    const table = await workspace.heddle('seed', 'plan.json', '--store', url);
    expect(table, table.stderr).toMatchObject({
      exitCode: 0,
      stdout: `deployment two-servers, epoch 1: 2 nodes seeded in ${url}\nopenstack stack create -t TEMPLATE --parameter heddle_epoch=1 --parameter heddle_store=${url} two-servers\n`,
    });
    const again = await workspace.heddle('seed', 'plan.json', '--store', url, '-o', 'json');
    expect(JSON.parse(again.stdout)).toEqual({
      deployment: 'two-servers',
      epoch: '2',
      store: url,
      parameters: { heddle_epoch: '2', heddle_store: url },
    });
    const store = await openStore(url, { directory: workspace.directory });
    try {
      const epoch = await openEpoch(store, 'two-servers', await currentEpoch(store, 'two-servers'));
      const slice = await readSlice(store, epoch, 'web');
      expect(slice).toMatchObject({
        directory: '/var/lib/heddle/content',
        producers: { 'db.port': 'mysql', 'db.first_address': 'machine' },
      });
    } finally {
      await store.close();
    }
  });

  test('refuses a store in a folder, which no machine of a stack reaches', async () => {
    const workspace = await withExample();
    await workspace.heddle('compile', 'two-servers/template.yaml', '-o', 'stack.json');
    const result = await workspace.heddle('seed', 'plan.json', '--store', 'embedded:store');
    expect(result).toMatchObject({ exitCode: 2, stdout: '' });
    expect(result.stderr.split('\n').slice(-3)).toEqual([
      'heddle: [usage] plan.json is the plan of a template, and no machine of a stack reaches the store embedded:/var/lib/heddle/content/store',
      '  try: heddle seed plan.json --store zk://HOST:2181/heddle',
      '',
    ]);
  });
});

test('heddle up TEMPLATE says that it is to be compiled', async () => {
  const workspace = await withExample();
  expect(await workspace.heddle('up', 'two-servers/template.yaml')).toMatchObject({
    exitCode: 2,
    stdout: '',
    stderr: `heddle: [usage] two-servers/template.yaml is a Heat template: it is compiled first, and Heat starts its machines
  try: heddle compile two-servers/template.yaml -o stack.json, then heddle seed plan.json --store URL
`,
  });
});

test('heddle compile TEMPLATE without content warns of machines without cookbooks, and names the next command', async () => {
  const workspace = await withExample();
  const { stderr } = await workspace.heddle('compile', 'two-servers/template.yaml', '-o', 'stack.json');
  expect(stderr.split('\n').slice(-3)).toEqual([
    'warning: without --content URL#SHA256 the machines have no cookbooks and playbooks but those of their image',
    'next: heddle seed plan.json --store URL',
    '',
  ]);
});
