import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';
import { bootScript } from '../../src/emit/boot-script.ts';
import { type Packages, packageLines } from '../../src/emit/packages.ts';

export const bundle = 'console.log("started with", process.argv.slice(2).join(" "));\n';
export const sha256 = digest(bundle);

/** Text of a stand-in for a program: it notes its arguments in `argv`, then is that program. */
export const noting = (argv: string, program: string) =>
  `#!/bin/sh\nprintf '%s\\n' "\${0##*/}" "$@" >> ${argv}\nexec ${program} "$@"\n`;

/** What the script itself calls. */
export const usualPrograms = 'curl sh sha256sum cut tr sed mkdir mv hostname cat uname tar gzip rm grep tail head';

export interface BootOptions {
  /** The words of boot.sh. */
  readonly words?: readonly string[];
  /** Sources, or the text of `/etc/heddle/packages` as somebody gave it. */
  readonly packages?: Packages | string;
  readonly env?: Readonly<Record<string, string>>;
}

export async function pathOf(name: string): Promise<string> {
  return (await execa('sh', ['-c', `command -v ${name}`])).stdout;
}

export function digest(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Serve files on loopback until the test ends; gives the URL of their folder. */
export async function serveFiles(files: Readonly<Record<string, Uint8Array>>): Promise<string> {
  const server = createServer((request, response) => {
    const body = files[(request.url ?? '').slice(1).replace(/[?].*/, '')];
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A machine of the script: its folders below a temporary one, and a signal.sh that writes what it would tell Heat. */
export class Machine {
  readonly #root: string;
  readonly #path: string;

  private constructor(root: string, path: string) {
    this.#root = root;
    this.#path = path;
  }

  /** @param programs  The programs on its PATH, each of which notes its arguments; `sleep` takes no time. */
  static async create(programs = `node ${usualPrograms}`): Promise<Machine> {
    const root = await mkdtemp(join(tmpdir(), 'heddle-boot-'));
    onTestFinished(() => rm(root, { recursive: true, force: true }));
    const machine = new Machine(root, join(root, 'bin'));
    for (const folder of ['bin', 'etc', 'opt', 'state']) await mkdir(join(root, folder));
    for (const name of programs.split(' ')) {
      const found = name === 'node' ? process.execPath : await pathOf(name);
      await machine.program(`bin/${name}`, noting(join(root, 'argv'), found));
    }
    await machine.program('bin/sleep', '#!/bin/sh\n');
    await machine.program('etc/signal.sh', `#!/bin/sh\ncat > ${join(root, 'signal.json')}\n`);
    const script = bootScript
      .replaceAll('/etc/heddle', join(root, 'etc'))
      .replaceAll('/opt/heddle', join(root, 'opt'))
      .replaceAll('/var/lib/heddle', join(root, 'state'));
    await machine.program('boot.sh', script);
    return machine;
  }

  async program(name: string, text: string): Promise<void> {
    const file = join(this.#root, name);
    await rm(file, { force: true });
    await writeFile(file, text);
    await chmod(file, 0o755);
  }

  /** The host path of a file of this machine: `opt/node`. */
  path(name: string): string {
    return join(this.#root, name);
  }

  async boot(url: string, digest = sha256, { words = [], packages = {}, env = {} }: BootOptions = {}) {
    await writeFile(join(this.#root, 'etc/bundle'), `${url}\n${digest}\n`);
    const lines = typeof packages === 'string' ? packages : packageLines(packages);
    await writeFile(join(this.#root, 'etc/packages'), lines);
    return execa('/bin/sh', [join(this.#root, 'boot.sh'), ...words], {
      env: { PATH: this.#path, ...env },
      extendEnv: false,
      reject: false,
    });
  }

  /** Every argument that a program got. */
  argv(): Promise<string> {
    return readFile(join(this.#root, 'argv'), 'utf8');
  }

  /** The signal that Heat would get. @throws when it is no JSON */
  async signal(): Promise<{ status: string; reason: string; data: string; id: string }> {
    return JSON.parse(await readFile(join(this.#root, 'signal.json'), 'utf8')) as Awaited<
      ReturnType<Machine['signal']>
    >;
  }
}

/** Serve the bundle; gives its URL and counts the requests. */
export async function serve(status = 200) {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    response.writeHead(status).end(status === 200 ? bundle : '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://user:secret@127.0.0.1:${(server.address() as AddressInfo).port}/heddle.mjs`, requests };
}
