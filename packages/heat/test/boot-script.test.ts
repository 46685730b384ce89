import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bootScript, signalScript } from '../src/emit/boot-script.ts';

const bundle = 'console.log("started with", process.argv.slice(2).join(" "));\n';
const sha256 = createHash('sha256').update(bundle).digest('hex');

/** A machine of the script: its folders below a temporary one, and a signal.sh that writes what it would tell Heat. */
class Machine {
  readonly #root: string;
  readonly #path: string;

  private constructor(root: string, path: string) {
    this.#root = root;
    this.#path = path;
  }

  /** @param programs  The programs on its PATH; `sleep` takes no time. */
  static async create(programs = 'node curl sh sha256sum cut tr sed mkdir mv hostname'): Promise<Machine> {
    const root = await mkdtemp(join(tmpdir(), 'heddle-boot-'));
    onTestFinished(() => rm(root, { recursive: true, force: true }));
    const bin = join(root, 'bin');
    for (const folder of ['bin', 'etc', 'opt']) await mkdir(join(root, folder));
    for (const name of programs.split(' ')) {
      const found = name === 'node' ? process.execPath : (await execa('sh', ['-c', `command -v ${name}`])).stdout;
      await symlink(found, join(bin, name));
    }
    const machine = new Machine(root, bin);
    await machine.program('bin/sleep', '#!/bin/sh\n');
    await machine.program('etc/signal.sh', `#!/bin/sh\nprintf '%s' "$1" > ${join(root, 'signal.json')}\n`);
    const script = bootScript.replaceAll('/etc/heddle', join(root, 'etc')).replaceAll('/opt/heddle', join(root, 'opt'));
    await machine.program('boot.sh', script);
    return machine;
  }

  async program(name: string, text: string): Promise<void> {
    const file = join(this.#root, name);
    await rm(file, { force: true });
    await writeFile(file, text);
    await chmod(file, 0o755);
  }

  boot(url: string, digest = sha256) {
    return execa('/bin/sh', [join(this.#root, 'boot.sh'), url, digest], {
      env: { PATH: this.#path },
      extendEnv: false,
      reject: false,
    });
  }

  /** The signal that Heat would get. @throws when it is no JSON */
  async signal(): Promise<{ status: string; reason: string; data: string; id: string }> {
    return JSON.parse(await readFile(join(this.#root, 'signal.json'), 'utf8')) as Awaited<
      ReturnType<Machine['signal']>
    >;
  }
}

/** Serve the bundle; gives its URL and counts the requests. */
async function serve(status = 200) {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    response.writeHead(status).end(status === 200 ? bundle : '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://user:secret@127.0.0.1:${(server.address() as AddressInfo).port}/heddle.mjs`, requests };
}

describe('boot.sh', () => {
  it('fetches the bundle, checks it and becomes heddle boot; a second boot does not fetch again', async () => {
    const [machine, { url, requests }] = [await Machine.create(), await serve()];
    for (const _ of ['first', 'second']) {
      expect(await machine.boot(url)).toMatchObject({ exitCode: 0, stdout: 'started with boot' });
    }
    expect(requests).toEqual(['/heddle.mjs']);
    await expect(machine.signal()).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('fetches with wget where there is no curl', async () => {
    const [machine, { url }] = [
      await Machine.create('node wget sh sha256sum cut tr sed mkdir mv hostname'),
      await serve(),
    ];
    expect(await machine.boot(url)).toMatchObject({ exitCode: 0, stdout: 'started with boot' });
  });

  it('tells Heat what could not be fetched, and from where, without the password of the URL', async () => {
    const [machine, { url, requests }] = [await Machine.create(), await serve(404)];
    const end = await machine.boot(url);
    expect(end.exitCode).toBe(1);
    expect(requests).toHaveLength(5);
    const signal = await machine.signal();
    expect(signal).toMatchObject({ status: 'FAILURE', data: '{}', id: 'boot' });
    expect(signal.reason).toMatch(
      /: the bundle cannot be fetched from http:\/\/127\.0\.0\.1:\d+\/heddle\.mjs after 5 attempts: .*404/,
    );
    expect(`${signal.reason}${end.stderr}`).not.toContain('secret');
  });

  it('refuses a bundle with another digest and does not run it', async () => {
    const [machine, { url }] = [await Machine.create(), await serve()];
    expect(await machine.boot(url, 'ab'.repeat(32))).toMatchObject({ exitCode: 1, stdout: '' });
    expect((await machine.signal()).reason).toContain(`expected ${'ab'.repeat(32)}, got ${sha256}`);
  });

  it('says that Node.js is missing', async () => {
    const [machine, { url }] = [await Machine.create('curl sh sha256sum cut tr sed mkdir mv hostname'), await serve()];
    expect((await machine.boot(url)).exitCode).toBe(1);
    expect((await machine.signal()).reason).toContain('Node.js is not installed');
  });

  it('says that Node.js is too old, in JSON whatever the version text holds', async () => {
    const [machine, { url }] = [await Machine.create(), await serve()];
    await machine.program('bin/node', '#!/bin/sh\necho \'v18 "beta"\\n\ttab\'\nexit 1\n');
    expect((await machine.boot(url)).exitCode).toBe(1);
    expect((await machine.signal()).reason).toMatch(/Node\.js is too old: node --version says v18 "beta"/);
  });
});

describe('signal.sh', () => {
  /** Run it with a curl that fails `failures` times first and then writes its last argument. */
  async function signal(failures: number, json: string) {
    const machine = await mkdtemp(join(tmpdir(), 'heddle-signal-'));
    onTestFinished(() => rm(machine, { recursive: true, force: true }));
    const write = async (name: string, text: string) => {
      await writeFile(join(machine, name), text);
      await chmod(join(machine, name), 0o755);
    };
    await write('sleep', '#!/bin/sh\n');
    await write(
      'curl',
      `#!/bin/sh\nn=$(cat ${machine}/count 2>/dev/null || echo 0)\necho $((n + 1)) > ${machine}/count\ntest "$n" -ge ${failures} || exit 22\nfor last; do :; done\nprintf '%s' "$last" > ${machine}/told\n`,
    );
    await write('signal.sh', `${signalScript.before}curl -i -X POST 'http://heat.test'${signalScript.after}`);
    const end = await execa('/bin/sh', [join(machine, 'signal.sh'), json], {
      env: { PATH: `${machine}:/usr/bin:/bin` },
      extendEnv: false,
      reject: false,
    });
    const told = await readFile(join(machine, 'told'), 'utf8').catch(() => undefined);
    return {
      exitCode: end.exitCode,
      stderr: end.stderr,
      told,
      calls: (await readFile(join(machine, 'count'), 'utf8')).trim(),
    };
  }

  it('tells Heat what it is given, as it is, also when that takes several attempts', async () => {
    const json = '{"reason":"it\'s \\"$HOME\\" \\\\ `x`"}';
    expect(await signal(2, json)).toEqual({ exitCode: 0, stderr: '', told: json, calls: '3' });
  });

  it('gives up after eight attempts and says so', async () => {
    expect(await signal(100, '{}')).toMatchObject({
      exitCode: 1,
      stderr: 'heddle signal.sh: Heat could not be told after 8 attempts',
      calls: '8',
    });
  });
});
