import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { digest, Machine, pathOf, serve, serveFiles, usualPrograms } from './support/boot-machine.ts';

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'heddle-install-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** An archive as nodejs.org has it: one folder, with `bin` in it. */
async function archive(programs: Readonly<Record<string, string>>): Promise<Uint8Array> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'tool-1.0/bin'), { recursive: true });
  for (const [name, text] of Object.entries(programs)) {
    await writeFile(join(folder, 'tool-1.0/bin', name), text, { mode: 0o755 });
  }
  const { stdout } = await execa('tar', ['-cz', '-C', folder, 'tool-1.0'], { encoding: 'buffer' });
  return stdout;
}

const file = (url: string, data: Uint8Array, machine?: string) =>
  ({ kind: 'file', file: { url, sha256: digest(data) }, ...(machine === undefined ? {} : { machine }) }) as const;

/** A bundle that says which of the tools its roles would find. */
async function serveLooker(...names: string[]) {
  const text = `import { execFileSync } from 'node:child_process';
for (const name of ${JSON.stringify(names)}) console.log(execFileSync('sh', ['-c', \`command -v \${name} && \${name}\`], { encoding: 'utf8' }));
`;
  const data = Buffer.from(text);
  return { url: `${await serveFiles({ 'looker.mjs': data })}/looker.mjs`, sha256: digest(data) };
}

describe('boot.sh on a machine that lacks something', () => {
  it('installs Node.js from the archive for this kind of machine, once', async () => {
    const node = await archive({ node: `#!/bin/sh\nexec ${process.execPath} "$@"\n` });
    const other = await archive({ node: '#!/bin/sh\nexit 1\n' });
    const files = await serveFiles({ 'node.tar.gz': node, 'other.tar.gz': other });
    const [machine, { url, requests }] = [await Machine.create(usualPrograms), await serve()];
    const kind = (await execa('uname', ['-m'])).stdout;
    const sources = [file(`${files}/other.tar.gz`, other, 'm68k'), file(`${files}/node.tar.gz`, node, kind)];
    for (const _ of ['first', 'second']) {
      const end = await machine.boot(url, undefined, { packages: { node: sources } });
      expect(end, end.stderr).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/started with boot$/) });
    }
    expect(requests).toHaveLength(1);
    expect((await machine.argv()).split('\n').filter((word) => word === 'tar')).toHaveLength(1);
  });

  it('installs Node.js where the one that is there is too old', async () => {
    const node = await archive({ node: `#!/bin/sh\nexec ${process.execPath} "$@"\n` });
    const files = await serveFiles({ 'node.tar.gz': node });
    const [machine, { url }] = [await Machine.create(usualPrograms), await serve()];
    await machine.program('bin/node', '#!/bin/sh\ntest "$1" = --version && echo v18.20.4\nexit 1\n');
    const end = await machine.boot(url, undefined, { packages: { node: [file(`${files}/node.tar.gz`, node)] } });
    expect(end, end.stderr).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/started with boot$/) });
  });

  it('refuses an archive of Node.js with another digest, and runs nothing of it', async () => {
    const node = await archive({ node: '#!/bin/sh\ntouch "$0.ran"\n' });
    const files = await serveFiles({ 'node.tar.gz': node });
    const [machine, { url, requests }] = [await Machine.create(usualPrograms), await serve()];
    const source = {
      kind: 'file',
      file: { url: `${files}/node.tar.gz?signature=secret&part[x]=1`, sha256: 'ab'.repeat(32) },
    } as const;
    const end = await machine.boot(url, undefined, { packages: { node: [source] } });
    expect(end.exitCode).toBe(1);
    const { reason } = await machine.signal();
    expect(reason).toContain(
      `the package of node from ${files}/node.tar.gz has not the sha256 that the template names: expected ${'ab'.repeat(32)}, got ${digest(node)}`,
    );
    expect(`${reason}${end.stderr}${end.stdout}${await machine.argv()}`).not.toContain('secret');
    expect(requests).toEqual([]);
    await expect(readFile(machine.path('opt/node/bin/node'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('says that there is no Node.js for this kind of machine', async () => {
    const [machine, { url }] = [await Machine.create(usualPrograms), await serve()];
    const source = {
      kind: 'file',
      machine: 'm68k',
      file: { url: 'http://127.0.0.1:1/', sha256: 'ab'.repeat(32) },
    } as const;
    expect((await machine.boot(url, undefined, { packages: { node: [source] } })).exitCode).toBe(1);
    expect((await machine.signal()).reason).toContain('Node.js is not installed');
  });

  it('installs only the tools that its roles use, where its roles find them', async () => {
    const chef = await archive({ 'chef-solo': '#!/bin/sh\necho this is chef-solo\n' });
    const ansible = await archive({ 'ansible-playbook': '#!/bin/sh\necho this is ansible\n' });
    const files = await serveFiles({ 'chef.tar.gz': chef, 'ansible.tar.gz': ansible });
    const packages = {
      chef: [file(`${files}/chef.tar.gz`, chef)],
      ansible: [file(`${files}/ansible.tar.gz`, ansible)],
    };
    const [machine, looker] = [await Machine.create(`node ${usualPrograms}`), await serveLooker('chef-solo')];
    const end = await machine.boot(looker.url, looker.sha256, { words: ['chef'], packages });
    expect(end, end.stderr).toMatchObject({ exitCode: 0 });
    expect(end.stdout).toContain(`${machine.path('opt/chef/bin/chef-solo')}\nthis is chef-solo\n`);
    await expect(readFile(machine.path('opt/ansible/bin/ansible-playbook'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('installs nothing when the image has the tool', async () => {
    const [machine, looker] = [await Machine.create(`node ${usualPrograms}`), await serveLooker('chef-solo')];
    await machine.program('bin/chef-solo', '#!/bin/sh\necho that of the image\n');
    const packages = {
      chef: [{ kind: 'file', file: { url: 'http://127.0.0.1:1/', sha256: 'ab'.repeat(32) } } as const],
    };
    const end = await machine.boot(looker.url, looker.sha256, { words: ['chef'], packages });
    expect(end, end.stderr).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('that of the image') });
  });

  it('says that a package does not bring what it should', async () => {
    const empty = await archive({ readme: 'nothing' });
    const files = await serveFiles({ 'chef.tar.gz': empty });
    const [machine, { url }] = [await Machine.create(`node ${usualPrograms}`), await serve()];
    const packages = { chef: [file(`${files}/chef.tar.gz`, empty)] };
    expect((await machine.boot(url, undefined, { words: ['chef'], packages })).exitCode).toBe(1);
    expect((await machine.signal()).reason).toContain('chef is not there after its packages were installed');
  });

  it('says what tar says of an archive that is none', async () => {
    const none = Buffer.from('no archive');
    const files = await serveFiles({ 'chef.tar.gz': none });
    const [machine, { url }] = [await Machine.create(`node ${usualPrograms}`), await serve()];
    const packages = { chef: [file(`${files}/chef.tar.gz`, none)] };
    expect((await machine.boot(url, undefined, { words: ['chef'], packages })).exitCode).toBe(1);
    expect((await machine.signal()).reason).toMatch(/the package of chef from \S+ cannot be installed: .*tar/);
  });

  it('installs a gem of the newest fitting version from a source of its own, whose password is no argument', async () => {
    const folder = await temporaryFolder();
    const home = join(folder, 'home');
    for (const version of ['18.1.0', '18.2.0', '19.0.0']) {
      await mkdir(join(folder, 'bin'), { recursive: true });
      await writeFile(join(folder, 'bin/chef-solo'), `#!/usr/bin/env ruby\nputs 'chef-solo of ${version}'\n`);
      const spec = `Gem::Specification.new { |s| s.name = 'chef-of-test'; s.version = '${version}'; s.summary = 'x'; s.authors = ['x']; s.files = ['bin/chef-solo']; s.bindir = 'bin'; s.executables = ['chef-solo'] }\n`;
      await writeFile(join(folder, 'it.gemspec'), spec);
      await mkdir(join(folder, 'server/gems'), { recursive: true });
      const out = join(folder, `server/gems/chef-of-test-${version}.gem`);
      await execa('gem', ['build', 'it.gemspec', '--force', '--output', out], { cwd: folder });
    }
    await execa('gem', ['generate_index', '--directory', join(folder, 'server')]);
    const machine = await Machine.create(`node ruby gem ${usualPrograms}`);
    const looker = await serveLooker('chef-solo');
    const packages = {
      chef: [{ kind: 'gem', name: 'chef-of-test', version: '18', source: `file://${join(folder, 'server')}` } as const],
    };
    const env = { GEM_HOME: home, HOME: home, PATH: `${machine.path('bin')}:${home}/bin:/usr/bin` };
    const end = await machine.boot(looker.url, looker.sha256, { words: ['chef'], packages, env });
    expect(end, `${end.stderr}${end.stdout}`).toMatchObject({ exitCode: 0 });
    expect(end.stdout).toContain('chef-solo of 18.2.0');
    expect(await machine.argv()).not.toContain(join(folder, 'server'));
    await expect(readFile(machine.path('opt/gemrc'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await pathOf('gem')).toBe('/usr/bin/gem');
  });

  it('lets nobody else read the source of a gem, and leaves no file with it when gem fails', async () => {
    const machine = await Machine.create(`node ${usualPrograms} stat`);
    const { url } = await serve();
    await machine.program(
      'bin/gem',
      '#!/bin/sh\nwhile test "$1" != --config-file; do shift; done\nstat -c %a "$2" >&2\nexit 1\n',
    );
    const source = 'https://joe:hush@gems.example.org/';
    const packages = { chef: [{ kind: 'gem', name: 'chef', source } as const] };
    expect((await machine.boot(url, undefined, { words: ['chef'], packages })).exitCode).toBe(1);
    expect((await machine.signal()).reason).toMatch(/chef cannot be installed from gem:chef after 5 attempts: 600$/);
    await expect(readFile(machine.path('opt/gemrc'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  /** An apt-get that says in turn what the lines of `apt` say: `CODE TEXT`, the last one for good; it notes its words. */
  async function withApt(answers: readonly string[], packages: Parameters<Machine['boot']>[2]) {
    const machine = await Machine.create(`node ${usualPrograms} sort`);
    await machine.program('apt', `${answers.join('\n')}\n`);
    const [file, calls] = [machine.path('apt'), machine.path('calls')];
    const taken = `test "$(grep -c . ${file})" = 1 || sed -i 1d ${file}`;
    await machine.program(
      'bin/apt-get',
      `#!/bin/sh\necho "$@" >> ${calls}\nIFS=' ' read -r code text < ${file}\n${taken}\necho "$text" >&2\nexit "$code"\n`,
    );
    await machine.program('bin/dpkg', '#!/bin/sh\nexit 1\n');
    const { url } = await serve();
    const end = await machine.boot(url, undefined, packages);
    const words = (await readFile(calls, 'utf8')).trimEnd().split('\n');
    return { machine, end, calls: words.map((line) => line.split(' ').at(0)) };
  }
  const locked = '100 E: Could not get lock /var/lib/apt/lists/lock. It is held by process 812 (apt-get)';
  const fromApt = { words: ['chef'], packages: { chef: [{ kind: 'apt', name: 'chef' } as const] } };

  it('waits for the apt that fetches package lists when the machine has started, and says so', async () => {
    const { end, calls } = await withApt([locked, locked, '0 lists', locked, '0 done'], fromApt);
    expect(calls).toEqual(['update', 'update', 'update', 'install', 'install']);
    expect(end.stdout).toContain(
      'heddle boot.sh: waits for another apt: E: Could not get lock /var/lib/apt/lists/lock. It is held by process 812 (apt-get)',
    );
    expect(end.stdout).not.toContain('tries again');
  });

  it('gives up an apt that never ends after ten minutes, and names it', async () => {
    const { machine, end, calls } = await withApt([locked], fromApt);
    expect(end.exitCode).toBe(1);
    // 120 pauses of five seconds, then each of five attempts asks twice.
    expect(calls).toHaveLength(130);
    expect((await machine.signal()).reason).toMatch(
      /chef cannot be installed from apt:chef after 5 attempts: E: Could not get lock .*process 812/,
    );
  });

  it('asks for the lists and the package again, five times, and tells why the lists could not be had', async () => {
    const { machine, end, calls } = await withApt(
      Array.from({ length: 5 }, () => [
        "0 W: Failed to fetch http://mirror.example.org/dists/stable Could not resolve 'mirror.example.org'",
        '100 E: Unable to locate package chef',
      ]).flat(),
      fromApt,
    );
    expect(end.exitCode).toBe(1);
    expect(calls).toEqual(Array.from({ length: 5 }, () => ['update', 'install']).flat());
    expect((await machine.signal()).reason).toMatch(
      /after 5 attempts: E: Unable to locate package chef W: Failed to fetch http:\/\/mirror\.example\.org/,
    );
    expect(end.stdout.match(/tries again in \d+ s, attempt \d failed/g)).toEqual([
      'tries again in 1 s, attempt 1 failed',
      'tries again in 2 s, attempt 2 failed',
      'tries again in 4 s, attempt 3 failed',
      'tries again in 8 s, attempt 4 failed',
    ]);
  });

  it('installs a .deb at once where that can be, and fetches lists for what it needs where it cannot, again and again', async () => {
    const data = Buffer.from('a package');
    const url = `${await serveFiles({ 'chef.deb': data })}/chef.deb`;
    const packages = { words: ['chef'], packages: { chef: [file(url, data)] } };
    const once = await withApt(['0 done'], packages);
    expect(once.calls).toEqual(['install']);
    const unmet = '100 E: Unmet dependencies';
    const often = await withApt([unmet, '0 lists', unmet, '0 lists', '0 done'], packages);
    expect(often.calls).toEqual(['install', 'update', 'install', 'update', 'install']);
    const never = await withApt([unmet], packages);
    expect((await never.machine.signal()).reason).toMatch(
      /the package of chef from \S+chef\.deb cannot be installed: E: Unmet dependencies/,
    );
    expect(never.calls).toHaveLength(11);
  });

  it('takes a last line of the sources that does not end', async () => {
    const chef = await archive({ 'chef-solo': '#!/bin/sh\necho this is chef-solo\n' });
    const files = await serveFiles({ 'chef.tar.gz': chef });
    const [machine, looker] = [await Machine.create(`node ${usualPrograms}`), await serveLooker('chef-solo')];
    const packages = `chef file any ${files}/chef.tar.gz ${digest(chef)}`;
    const end = await machine.boot(looker.url, looker.sha256, { words: ['chef'], packages });
    expect(end, end.stderr).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('this is chef-solo') });
  });
});

describe('boot.sh ended, which systemd runs', () => {
  const ended = (result: string) => ({ words: ['ended'], env: { SERVICE_RESULT: result, EXIT_STATUS: '127' } });

  it.each(['success', 'exec-condition'])('tells nothing of the result %s', async (result) => {
    const [machine, { url }] = [await Machine.create(), await serve()];
    expect((await machine.boot(url, undefined, ended(result))).exitCode).toBe(0);
    await expect(machine.signal()).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('tells Heat of a boot that ended with an exit code and has told nobody', async () => {
    const [machine, { url }] = [await Machine.create(), await serve()];
    expect((await machine.boot(url, undefined, ended('exit-code'))).exitCode).toBe(1);
    expect((await machine.signal()).reason).toMatch(/heddle\.service ended with exit code 127 and told nobody why$/);
  });

  it('tells nothing when the boot has told its failure', async () => {
    const [machine, { url }] = [await Machine.create(), await serve()];
    await machine.program('state/ended', '');
    expect((await machine.boot(url, undefined, ended('exit-code'))).exitCode).toBe(0);
    await expect(machine.signal()).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('makes no failure of a boot that ended well and could tell nobody', async () => {
    const [machine, { url }] = [await Machine.create(), await serve()];
    await machine.program('state/boot.json', '{\n  "status": "SUCCESS",\n  "exitCode": 0\n}\n');
    expect((await machine.boot(url, undefined, ended('exit-code'))).exitCode).toBe(0);
    await expect(machine.signal()).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('tells Heat that the boot was killed, once', async () => {
    const [machine, { url }] = [await Machine.create(), await serve()];
    const options = { words: ['ended'], env: { SERVICE_RESULT: 'oom-kill' } };
    expect((await machine.boot(url, undefined, options)).exitCode).toBe(1);
    expect((await machine.signal()).reason).toMatch(
      /systemd ended heddle\.service before its roles had ended: oom-kill$/,
    );
    expect((await machine.boot(url, undefined, options)).exitCode).toBe(0);
  });
});
