import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openStore } from '@heddle/agent';
import { openEpoch } from '@heddle/core';
import { type HeatEngine, type ServerRequest, startHeat } from '@heddle/testkit/heat';
import { execa } from 'execa';
import { expect, it, onTestFinished } from 'vitest';
import { script, Workspace } from '../packages/cli/test/support/workspace.ts';

const template = `heat_template_version: 2018-08-31
resources:
  password: { type: OS::Heat::RandomString }
  web:
    type: OS::Nova::Server
    properties: { image: i, flavor: f }
    metadata:
      roles:
        - name: app
          command: [./app.sh]
          inputs:
            password: { $value: { get_attr: [password, value] }, sensitive: true }
            addresses: { get_attr: [web, addresses] }
`;

/** What OpenStack's client prints of the outputs that Heat's API tells now. */
async function printed(engine: HeatEngine | undefined): Promise<string> {
  const outputs = (await engine?.outputs()) ?? [];
  return JSON.stringify(Object.fromEntries(outputs.map((output) => [output.output_key, JSON.stringify(output)])));
}

/** Serve on loopback, whatever the path; answers the URL. */
async function serve(answer: () => Promise<string | Buffer>): Promise<string> {
  const server = createServer((_, response) => {
    answer().then(
      (body) => response.end(body),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The file of a server's user data. */
function fileOf({ userData }: ServerRequest, path: string): string {
  const { write_files: files } = JSON.parse(userData.replace('#cloud-config\n', '')) as {
    write_files: readonly { path: string; content: string }[];
  };
  return files.find((file) => file.path === path)?.content ?? '';
}

it('values that only Heat has reach the roles while Heat still creates the stack, and stand in no user data', async () => {
  const workspace = await Workspace.forTest({
    'shop/template.yaml': template,
    'shop/app.sh': script('heddle get password >password', 'heddle get addresses >addresses'),
    'signal.sh': script('cat >signal'),
  });
  await execa('tar', ['-czf', 'content.tar.gz', '-C', 'shop', '.'], { cwd: workspace.directory });
  const content = await readFile(workspace.path('content.tar.gz'));
  const contentUrl = `${await serve(async () => content)}/content.tar.gz`;
  const storeUrl = await workspace.start(['store', 'data', '--listen', '127.0.0.1:0']).line(/^heddle:/);
  const words = ['--store', storeUrl, '--bundle', `http://10.0.0.5/heddle.mjs#${'ab'.repeat(32)}`];
  words.push('--content', `${contentUrl}#${createHash('sha256').update(content).digest('hex')}`);
  const compiled = await workspace.heddle('compile', 'shop/template.yaml', ...words, '-o', 'stack.json');
  expect(compiled, compiled.stderr).toMatchObject({ exitCode: 0 });

  let engine: HeatEngine | undefined;
  const url = await serve(() => printed(engine));
  const source = ['--outputs-from', `curl -fsS ${url}`];
  const watching = workspace.start(['seed', 'plan.json', '--store', storeUrl, '--watch', '2m', ...source]);
  await watching.line(/0 of 2 outputs of the stack copied/);

  let hear: (server: ServerRequest) => void = () => undefined;
  const asked = new Promise<ServerRequest>((resolve) => {
    hear = resolve;
  });
  const heat = startHeat({
    stackName: 'shop',
    heatUrl: 'http://heat.test:8004/v1',
    template: await workspace.read('stack.json'),
    onServer: hear,
  });
  engine = heat;
  onTestFinished(() => heat.close());
  const server = await Promise.race([asked, heat.result.then(() => Promise.reject(new Error('no server')))]);
  heat.report({ id: server.id, status: 'ACTIVE', address: '10.0.0.7' });
  const watched = await watching.end;
  expect(watched.exitCode, watched.stderr).toBe(0);

  const values = new Map((await heat.outputs()).map((output) => [output.output_key, output.output_value]));
  const store = await openStore(storeUrl, { directory: workspace.directory });
  onTestFinished(() => store.close());
  const { keys } = await openEpoch(store, 'shop', '1');
  for (const [output, sensitive] of [
    ['password_value', true],
    ['web_addresses', false],
  ] as const) {
    const entry = await store.get(keys.value('stack', output));
    const value = values.get(`heddle_late_${output}`);
    expect(value, output).toBeTruthy();
    expect(JSON.parse(Buffer.from(entry?.value ?? []).toString()), output).toMatchObject({ value, sensitive });
  }
  expect(JSON.stringify(values.get('heddle_late_web_addresses'))).toContain('10.0.0.7');
  expect(server.userData).not.toContain(values.get('heddle_late_password_value'));

  // What the machine does with its user data: its role reads both values from the store.
  await writeFile(workspace.path('node.json'), fileOf(server, '/etc/heddle/node.json'), { mode: 0o600 });
  const boot = ['boot', '--node-file', 'node.json', '--signal', './signal.sh', '--directory', 'state'];
  const booted = await workspace.heddle(...boot);
  expect(booted.exitCode, `${booted.stdout}${booted.stderr}`).toBe(0);
  expect(await workspace.read('state/content/password')).toBe(
    `${values.get('heddle_late_password_value') as string}\n`,
  );
  expect(JSON.parse(await workspace.read('state/content/addresses'))).toEqual(values.get('heddle_late_web_addresses'));

  // Until now Heat has waited for the roles.
  const config = fileOf(server, '/etc/heddle/signal.curl');
  const [, stackId = '', token = ''] = /stacks\/shop\/([^/]+)\/[\s\S]*?X-Auth-Token: (\w+)/.exec(config) ?? [];
  const details = JSON.parse(await workspace.read('signal')) as Record<string, string>;
  expect(await heat.signal({ stackId, resource: 'heddle_handle_web', token, details })).toMatchObject({ status: 200 });
  expect(await heat.result).toMatchObject({ state: 'CREATE_COMPLETE', unresolved: {} });
});
