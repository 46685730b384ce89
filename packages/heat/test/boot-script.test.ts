import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { signalConfig, signalScript } from '../src/emit/signal-script.ts';
import { Machine, noting, serve, sha256, usualPrograms } from './support/boot-machine.ts';

describe('boot.sh', () => {
  it('fetches the bundle, checks it and becomes heddle boot; a second boot does not fetch again', async () => {
    const [machine, { url, requests }] = [await Machine.create(), await serve()];
    for (const _ of ['first', 'second']) {
      expect(await machine.boot(url)).toMatchObject({ exitCode: 0, stdout: 'started with boot' });
    }
    expect(requests).toEqual(['/heddle.mjs']);
    await expect(machine.signal()).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('shows nothing secret of the URL among the arguments of a program, nor in what it says', async () => {
    for (const status of [200, 404]) {
      const [machine, { url }] = [await Machine.create(), await serve(status)];
      const end = await machine.boot(`${url}?signature=secret&quote="\\"`);
      expect(end.exitCode).toBe(status === 200 ? 0 : 1);
      expect(await machine.argv()).toContain('curl\n');
      const signal = status === 200 ? '' : JSON.stringify(await machine.signal());
      for (const text of [await machine.argv(), end.stdout, end.stderr, signal]) expect(text).not.toContain('secret');
    }
  });

  it('says that curl is missing, also to the console, as Heat cannot be told without it', async () => {
    const machine = await Machine.create(`node ${usualPrograms.replace('curl ', '')}`);
    const end = await machine.boot('http://127.0.0.1:1/heddle.mjs');
    expect(end).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('curl is not installed') });
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

  it.each(['user:se/secret', 'user:12/secret', 'user:x@secret', 'user:?secret/', 'user:#secret/'])(
    'shows nothing of a password that is not encoded: %s',
    async (user) => {
      const machine = await Machine.create();
      const end = await machine.boot(`http://${user}@127.0.0.1:1/heddle.mjs?signature=s`);
      expect(end.exitCode).toBe(1);
      expect(`${(await machine.signal()).reason}${end.stderr}`).not.toContain('secret');
    },
  );

  it('refuses a bundle with another digest and does not run it', async () => {
    const [machine, { url }] = [await Machine.create(), await serve()];
    expect(await machine.boot(url, 'ab'.repeat(32))).toMatchObject({ exitCode: 1, stdout: '' });
    expect((await machine.signal()).reason).toContain(`expected ${'ab'.repeat(32)}, got ${sha256}`);
  });

  it('says that Node.js is missing', async () => {
    const [machine, { url }] = [await Machine.create(usualPrograms), await serve()];
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
  const token = 'gAAAAAB-token_of-heat==';

  /** A Heat API that answers the first `failures` signals with 503, and a machine that signals to it with the real curl. */
  async function signal(failures: number, body: string, words = 'curl -i') {
    const root = await mkdtemp(join(tmpdir(), 'heddle-signal-'));
    onTestFinished(() => rm(root, { recursive: true, force: true }));
    const took: { token: unknown; type: unknown; body: string }[] = [];
    const server = createServer(async (request, response) => {
      const text = Buffer.concat((await request.toArray()) as Buffer[]).toString('utf8');
      took.push({ token: request.headers['x-auth-token'], type: request.headers['content-type'], body: text });
      response.writeHead(took.length > failures ? 200 : 503).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const write = (name: string, text: string) => writeFile(join(root, name), text, { mode: 0o755 });
    await write('sleep', '#!/bin/sh\n');
    for (const name of ['curl', 'cat', 'grep']) await write(name, noting(`${root}/argv`, `/usr/bin/${name}`));
    await write('signal.sh', signalScript.replaceAll('/etc/heddle', root));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/signal?key=${token}`;
    const config = signalConfig({ endpoint, token, curlCli: `${words} -H 'X-Auth-Token: ${token}' ${endpoint}` });
    await write('signal.curl', config.map(String).join(''));
    const end = await execa('/bin/sh', [join(root, 'signal.sh')], {
      env: { PATH: `${root}:/usr/bin:/bin` },
      extendEnv: false,
      reject: false,
      input: body,
    });
    return { end, took, argv: await readFile(join(root, 'argv'), 'utf8') };
  }

  it('tells Heat what it is given, as it is, also when that takes several attempts', async () => {
    const body = '{"reason":"it\'s \\"$HOME\\" \\\\ `x` é"}';
    const { end, took } = await signal(2, body);
    expect(end).toMatchObject({ exitCode: 0, stdout: '' });
    expect(took).toEqual(Array.from({ length: 3 }, () => ({ token, type: 'application/json', body })));
  });

  it('shows neither token, address nor body among the arguments of a program', async () => {
    const { end, argv } = await signal(1, '{"data":"s3cret"}');
    expect(end.exitCode).toBe(0);
    expect(argv).toContain('curl\n');
    expect(argv).not.toMatch(/s3cret|gAAAAAB|127\.0\.0\.1/);
  });

  it.each([
    ['curl --insecure -i', true],
    ['curl -i', false],
  ])('checks certificates as Heat’s own words for curl do: %s', async (words, isInsecure) => {
    expect((await signal(0, '{}', words)).argv.includes('--insecure\n')).toBe(isInsecure);
  });

  it('gives up after eight attempts and says so', async () => {
    const { end, took } = await signal(100, '{}');
    expect(end.exitCode).toBe(1);
    expect(end.stderr).toContain('heddle signal.sh: Heat could not be told after 8 attempts');
    expect(took).toHaveLength(8);
  });
});
