import { createHash } from 'node:crypto';
import { cp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { BuiltBundle } from '../src/index.ts';
import { Alone, buildInto, chefSolo, temporaryFolder } from './support/alone.ts';

const checkout = fileURLToPath(new URL('../../../', import.meta.url));

let folder: string;
let built: BuiltBundle;
beforeAll(async () => {
  folder = await temporaryFolder();
  built = await buildInto(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const shell = `heddle: 1
deployment: alone
nodes:
  a:
    roles: [{ name: one, command: [./one.sh], outputs: { host: host } }]
  b:
    roles: [{ name: two, command: [./two.sh], inputs: { url: "http://\${a.host}/" } }]
`;
const shellFiles = {
  'heddle.yaml': shell,
  'one.sh': '#!/bin/sh\nheddle set host=a.example\n',
  'two.sh': '#!/bin/sh\nheddle get url > got\n',
};

const chef = `heddle: 1
deployment: cooked
nodes:
  db:
    roles:
      - { name: mysql, chef: { run_list: ['recipe[db]'], config: solo.rb }, outputs: { port: mysql.port } }
  web:
    roles:
      - { name: app, chef: { run_list: ['recipe[web]'], config: solo.rb, attributes: { out: '\${self.dir}/port' } }, inputs: { mysql.port: '\${db.port}' } }
`;
const chefFiles = {
  'heddle.yaml': chef,
  'solo.rb': "cookbook_path File.expand_path('cookbooks', __dir__)\n",
  'cookbooks/db/metadata.rb': "name 'db'\nversion '1.0.0'\n",
  'cookbooks/db/recipes/default.rb': "node.default['mysql']['port'] = 3307\n",
  'cookbooks/web/metadata.rb': "name 'web'\nversion '1.0.0'\n",
  'cookbooks/web/recipes/default.rb': "file node['out'] do\n  content node['mysql']['port'].to_s\nend\n",
};

describe('the bundle', () => {
  test('is what its numbers say', async () => {
    const bytes = await readFile(built.file);
    expect(built).toEqual({
      file: join(folder, 'built/heddle.mjs'),
      licencesFile: join(folder, 'built/heddle.mjs.licences.txt'),
      sha256: createHash('sha256').update(bytes).digest('hex'),
      sizeBytes: bytes.byteLength,
      gzipBytes: gzipSync(bytes, { level: 9 }).byteLength,
    });
  });

  test('is small enough to be fetched by every machine', () => {
    expect(built.gzipBytes).toBeLessThanOrEqual(350_000);
  });

  test('names each package inside with its licence, whose text comes with it once', async () => {
    const notice = (await readFile(built.file, 'utf8')).split('/*!').at(-1) ?? '';
    const texts = await readFile(built.licencesFile, 'utf8');
    expect(notice).toContain('\ncommander 14.0.3, MIT, Copyright (c) 2011 TJ Holowaychuk <tj@vision-media.ca>\n');
    const names = ['@grpc/grpc-js', 'etcd3', 'node-zookeeper-client', 'protobufjs', 'yaml', 'zod'];
    for (const name of names)
      expect(notice).toMatch(new RegExp(`\\n${name} [\\d.]+, (?:MIT|ISC|Apache-2.0|BSD-3-Clause)`));
    for (const line of notice.split('\n').filter((text) => /^\S+ \d/.test(text))) {
      expect(texts).toContain(line.split(',')[0]);
    }
    expect(texts).toMatch(/@protobufjs\/base64 [\d.]+, @protobufjs\/codegen [\d.]+, /);
    expect(texts).toContain('the Ansible collection heddle.heddle\n');
    expect(texts).toContain('GNU GENERAL PUBLIC LICENSE');
  });

  test('has the same bytes when it is built again, in another folder, by the command', async () => {
    const copy = await temporaryFolder();
    onTestFinished(() => rm(copy, { recursive: true, force: true }));
    // The links between the packages are relative: they lead to the copies.
    await cp(join(checkout, 'packages'), join(copy, 'packages'), { recursive: true, verbatimSymlinks: true });
    await symlink(join(checkout, 'node_modules'), join(copy, 'node_modules'));
    const out = join(copy, 'out/heddle.mjs');
    const program = join(copy, 'packages/bundle/bin/bundle.mjs');
    const { stdout } = await execa(process.execPath, [program, '-o', out], { cwd: copy });
    expect(stdout).toBe(`${built.sha256}  ${out}`);
    expect((await readFile(out)).equals(await readFile(built.file))).toBe(true);
  });

  test('names no folder of the machine that built it', async () => {
    expect(await readFile(built.file, 'utf8')).not.toContain(checkout);
  });

  test('tells what is wrong with the words of the command', async () => {
    const program = join(checkout, 'packages/bundle/bin/bundle.mjs');
    const { exitCode, stderr } = await execa(process.execPath, [program], { reject: false });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('[usage] nothing says where to write the bundle');
  });
});

describe('heddle from the bundle, in an empty folder', () => {
  test('tells its version and unpacks nothing for it', async () => {
    const alone = await Alone.create(built.file);
    const { version } = JSON.parse(await readFile(join(checkout, 'packages/cli/package.json'), 'utf8')) as {
      version: string;
    };
    expect(await alone.heddle(['--version'])).toEqual({ exitCode: 0, stdout: version, stderr: '' });
    await expect(readdir(alone.home)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test.each(['validate', 'compile', 'coordinator', 'plan', 'graph', 'sim', 'scale', 'gc'])(
    'has no heddle %s, and says who has',
    async (name) => {
      const alone = await Alone.create(built.file, shellFiles);
      const { exitCode, stderr } = await alone.heddle([name, 'heddle.yaml', '--anything']);
      expect(exitCode).toBe(2);
      expect(stderr).toBe(
        `heddle: [tool-missing] this heddle is one file for machines, which has no heddle ${name}\n  try: heddle ${name}  of an installed Heddle`,
      );
    },
  );

  test('tells in its help the commands that it has', async () => {
    const alone = await Alone.create(built.file);
    const { stdout } = await alone.heddle(['--help']);
    const names = stdout.split('\n').flatMap((line) => /^ {2}([a-z]+) /.exec(line)?.[1] ?? []);
    expect(names.filter((name) => name !== 'heddle')).toEqual(
      'up status why wait watch ls get set facts seed agent boot exec chef abort retry store doctor completion help'.split(
        ' ',
      ),
    );
  });

  test('keeps the codes of its errors', async () => {
    const alone = await Alone.create(built.file, { ...shellFiles, 'heddle.yaml': shell.replace('a.host', 'a.hots') });
    const { exitCode, stderr } = await alone.heddle(['up']);
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/^heddle: \[plan-invalid\] heddle\.yaml:7:.*did you mean "host"/);
  });

  test('runs nodes whose scripts call heddle', async () => {
    const alone = await Alone.create(built.file, shellFiles);
    const up = await alone.heddle(['up']);
    expect(up, up.stderr + up.stdout).toMatchObject({ exitCode: 0 });
    expect(await alone.read('got')).toBe('http://a.example/\n');
  });

  test('runs Chef roles, with the shim that it carries', async () => {
    const alone = await Alone.create(built.file, chefFiles);
    const up = await alone.heddle(['up', '-v'], { HEDDLE_CHEF_SOLO: chefSolo });
    expect(up, up.stderr + up.stdout).toMatchObject({ exitCode: 0 });
    expect(await alone.read('.heddle/cooked/nodes/web/port')).toBe('3307');
  });

  test('runs nodes as machines, which see its files at the same place', async () => {
    const alone = await Alone.create(built.file, shellFiles);
    const up = await alone.heddle(['up', '--isolate', 'machine']);
    expect(up, up.stderr + up.stdout).toMatchObject({ exitCode: 0 });
    expect(await alone.read('got')).toBe('http://a.example/\n');
  });
});
