import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { type Result, script, Workspace } from './workspace.ts';

/** One node with one role, `one.sh`. */
export const bootDeployment = `heddle: 1
deployment: booted
nodes:
  a:
    roles:
      - name: one
        command: [./one.sh]
        outputs: { told: told, port: port, secret: { path: secret, sensitive: true } }
`;

/** What `one.sh` is where it ends well. */
export const writer = script('cat greeting', 'heddle set told="$(cat greeting)" port:=7 secret=hush-hush', 'pwd');

/** A machine that is about to boot. */
export interface Scene {
  /** The store that its deployment is seeded in. */
  readonly storeUrl: string;
  readonly workspace: Workspace;
  /** What node.json says; `content` by an HTTP server. */
  readonly node: Record<string, unknown>;
  readonly archive: Buffer;
  readonly requests: string[];
}

/** One store for all tests of a file; each call of the answer seeds a deployment of its own, whose folder only the archive on a web server has. */
export function useBootScenes(): (
  name: string,
  files: Readonly<Record<string, string>>,
  yaml?: string,
) => Promise<Scene> {
  let shared: Workspace | undefined;
  let storeUrl = '';
  beforeAll(async () => {
    shared = await Workspace.create({});
    storeUrl = await shared.start(['store', 'data', '--listen', '127.0.0.1:0']).line(/^heddle:/);
  });
  afterAll(() => shared?.remove());
  return (name, files, yaml = bootDeployment) => createScene(storeUrl, name, yaml, files);
}

async function createScene(
  storeUrl: string,
  name: string,
  yaml: string,
  files: Readonly<Record<string, string>>,
): Promise<Scene> {
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
  return { storeUrl, workspace, node, archive, requests };
}

interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: Buffer;
}

/** Serve HTTP on loopback until the test ends; answers the URL. */
export async function serve(answer: (path: string) => Answer): Promise<string> {
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

export function sha256(data: Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

export const bootWords = ['boot', '--node-file', 'node.json', '--signal', './signal.sh', '--directory', 'state'];

/** Write what says which machine this is. */
export async function writeNode(workspace: Workspace, node: unknown): Promise<void> {
  await writeFile(workspace.path('node.json'), typeof node === 'string' ? node : JSON.stringify(node), { mode: 0o600 });
}

/** Boot to the end. */
export async function boot({ workspace }: Scene, node: unknown, ...more: string[]): Promise<Result> {
  await writeNode(workspace, node);
  return workspace.start([...bootWords, ...more]).end;
}

/** What the machine has signalled. */
export async function signals(workspace: Workspace): Promise<Record<string, unknown>[]> {
  const text = await workspace.read('signals');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** The one signal of a boot. */
export async function signal(workspace: Workspace): Promise<Record<string, unknown>> {
  const all = await signals(workspace);
  expect(all).toHaveLength(1);
  return all[0] ?? {};
}
