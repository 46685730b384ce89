import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { keystoneApi, signalApi, startHeat } from '../../testkit/src/heat/index.ts';
import { urlSignalScript } from '../src/emit/signal-transport.ts';
import { compiled, role, server, template, withTexts } from './support/compile.ts';

/** Serve on a free port of the loopback; gives the URL without a path. */
async function serve(listener: RequestListener): Promise<string> {
  const found = createServer(listener);
  await new Promise<void>((resolve) => found.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void found.close());
  return `http://127.0.0.1:${(found.address() as AddressInfo).port}`;
}

/** The files with which a machine signals, in a folder of their own, and a `curl` that notes its arguments. */
class Signaller {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(files: Readonly<Record<string, string>>): Promise<Signaller> {
    const folder = await mkdtemp(join(tmpdir(), 'heddle-signal-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    for (const [name, text] of Object.entries(files)) {
      await writeFile(join(folder, name), text.replaceAll('/etc/heddle', folder));
    }
    const { stdout: curl } = await execa('sh', ['-c', 'command -v curl']);
    await writeFile(join(folder, 'curl'), `#!/bin/sh\nprintf '%s\\n' "$@" >> ${folder}/argv\nexec ${curl} "$@"\n`);
    await writeFile(join(folder, 'sleep'), '#!/bin/sh\n');
    for (const program of ['curl', 'sleep']) await chmod(join(folder, program), 0o755);
    return new Signaller(folder);
  }

  signal(body: object) {
    return execa('/bin/sh', [join(this.folder, 'signal.sh')], {
      input: JSON.stringify(body),
      env: { PATH: `${this.folder}:${process.env['PATH']}` },
      reject: false,
    });
  }

  argv(): Promise<string> {
    return readFile(join(this.folder, 'argv'), 'utf8');
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request as AsyncIterable<Buffer>) text += chunk.toString();
  return text;
}

/** What the user data of a server writes into /etc/heddle, by file name. */
function filesIn(userData: string): Readonly<Record<string, string>> {
  const { write_files: files } = JSON.parse(userData.replace('#cloud-config\n', '')) as {
    write_files: readonly { readonly path: string; readonly content: string }[];
  };
  return Object.fromEntries(files.map(({ path, content }) => [basename(path), content]));
}

describe('a machine tells Heat how it ended', () => {
  it.each(['TOKEN_SIGNAL', 'HEAT_SIGNAL'] as const)('by %s, so that the stack is complete', async (signalTransport) => {
    const requests: string[] = [];
    const heatUrl = `${await serve(
      signalApi(async (signal) => {
        requests.push('signal');
        return engine.signal(signal);
      }),
    )}/v1`;
    const keystoneUrl = `${await serve(
      keystoneApi(async (credentials) => {
        requests.push('token');
        return engine.authenticate(credentials);
      }),
    )}/v3`;
    const { template: text } = compiled(template({ a: server(`[${role('m')}]`) }), { signalTransport });
    let told: (userData: string) => void = () => undefined;
    const userData = new Promise<string>((resolve) => {
      told = resolve;
    });
    const engine = startHeat({
      stackName: 'shop',
      template: text,
      heatUrl,
      keystoneUrl,
      onServer: ({ id, userData: data }) => {
        engine.report({ id, status: 'ACTIVE', address: '10.77.0.11' });
        told(data);
      },
    });
    onTestFinished(() => engine.close());
    const machine = await Signaller.create(filesIn(await userData));
    const { exitCode, stderr } = await machine.signal({ status: 'SUCCESS', reason: 'ok', data: '{}', id: 'a' });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(await engine.result).toMatchObject({ state: 'CREATE_COMPLETE' });
    expect(requests).toEqual(signalTransport === 'HEAT_SIGNAL' ? ['token', 'signal'] : ['signal']);
    // Neither the token nor the password is an argument.
    const secret = /"password": "([^"]+)"|X-Auth-Token: (\w+)/.exec(
      await readFile(join(machine.folder, signalTransport === 'HEAT_SIGNAL' ? 'signal.json' : 'signal.curl'), 'utf8'),
    );
    expect(secret?.[1] ?? secret?.[2]).toMatch(/^.{32}$/);
    expect(await machine.argv()).not.toContain(secret?.[1] ?? secret?.[2]);
  });

  it('by a signed URL, which is no argument of a program and stands in no file that others read', async () => {
    const seen: { method?: string | undefined; url?: string | undefined; type?: string | undefined; text: string }[] =
      [];
    const url = await serve((request, response) => {
      void textOf(request).then((text) => {
        seen.push({ method: request.method, url: request.url, type: request.headers['content-type'], text });
        response.writeHead(seen.length === 1 ? 503 : 200).end();
      });
    });
    const path =
      '/v1/waitcondition/arn%3Aopenstack%3Aheat/shop/resources/h?AWSAccessKeyId=45&Timestamp=T%3AZ&Signature=a%2Bb%3D';
    const machine = await Signaller.create({
      'signal.json': `{"alarm_url": "${url}${path}"}\n`,
      'signal.sh': urlSignalScript,
    });
    const body = { status: 'FAILURE', reason: 'the disk is "full"', data: '{}', id: 'a' };
    expect(await machine.signal(body)).toMatchObject({ exitCode: 0 });
    const request = { method: 'PUT', url: path, type: 'application/json', text: JSON.stringify(body) };
    expect(seen).toEqual([request, request]);
    expect(await machine.argv()).not.toContain('Signature');
    expect((await stat(join(machine.folder, 'signal.curl'))).mode & 0o777).toBe(0o600);
  });

  it('and says so when a user gets no token, after eight attempts', async () => {
    const { template: text } = compiled(template({ a: server(`[${role('m')}]`) }), { signalTransport: 'HEAT_SIGNAL' });
    const config = withTexts(text) as {
      resources: {
        a: {
          properties: {
            user_data: { list_join: [string, [string, { write_files: { path: string; content: string }[] }]] };
          };
        };
      };
    };
    const [, written] = config.resources.a.properties.user_data.list_join[1];
    const script = written.write_files.find(({ path }) => path.endsWith('signal.sh'))?.content ?? '';
    let requests = 0;
    const url = await serve((_, response) => {
      requests += 1;
      response.writeHead(401).end();
    });
    const machine = await Signaller.create({
      'signal.json': `{"auth_url": "${url}", "user_id": "u", "password": "p", "project_id": "x", "alarm_url": "${url}/signal"}\n`,
      'signal.sh': script,
    });
    const { exitCode, stderr } = await machine.signal({ status: 'SUCCESS' });
    expect({ exitCode, requests }).toEqual({ exitCode: 1, requests: 8 });
    expect(stderr).toContain('401');
    expect(stderr).toContain('Heat could not be told after 8 attempts');
  });
});
