import { openStore } from '@heddle/agent';
import { openEpoch } from '@heddle/core';
import { expect, onTestFinished, test } from 'vitest';
import { script, Workspace } from './support/workspace.ts';

const template = `heat_template_version: 2018-08-31
resources:
  pw: { type: OS::Heat::RandomString }
  web:
    type: OS::Nova::Server
    properties: { image: i, flavor: f }
    metadata:
      roles:
        - name: app
          command: [./app.sh]
          inputs:
            password: { $value: { get_attr: [pw, value] }, sensitive: true }
            networks: { get_attr: [web, networks] }
`;

/** What OpenStack's client prints: a map from name to an output, itself as JSON text. */
function printed(outputs: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(outputs).map(([key, value]) => [
    `heddle_late_${key}`,
    JSON.stringify({ output_key: `heddle_late_${key}`, description: '', output_value: value }, null, 2),
  ]);
  return JSON.stringify({
    ...Object.fromEntries(entries),
    other: JSON.stringify({ output_key: 'other', output_value: 'x' }),
  });
}

const secret = 'hush-hush';
const networks = { net: ['10.0.0.7'] };

/** A compiled template and a store. */
async function scene(text = template): Promise<{ workspace: Workspace; storeUrl: string }> {
  const workspace = await Workspace.forTest({ 'shop/template.yaml': text, 'shop/app.sh': script('true') });
  const storeUrl = await workspace.start(['store', 'data', '--listen', '127.0.0.1:0']).line(/^heddle:/);
  const compiled = await workspace.heddle('compile', 'shop/template.yaml', '-o', 'stack.json');
  expect(compiled, compiled.stderr).toMatchObject({ exitCode: 0 });
  return { workspace, storeUrl };
}

const seed = (storeUrl: string, ...words: readonly string[]) => ['seed', 'plan.json', '--store', storeUrl, ...words];

test('seed --watch copies outputs of the stack as they come, from what a command prints', async () => {
  const { workspace, storeUrl } = await scene();
  await workspace.write('openstack', script('cat printed'));
  const command = ['--watch', '1m', '--outputs-from', './openstack stack output show'];
  const running = workspace.start(seed(storeUrl, ...command));
  expect(await running.line(/^openstack stack create/)).toContain('heddle_epoch=1');
  await running.line(
    /0 of 2 outputs of the stack copied; waits for pw_value and web_networks: the command ended with 1: cat: printed/,
  );
  await workspace.write('printed', printed({ pw_value: secret, web_networks: {} }));
  await running.line(/1 of 2 outputs of the stack copied; waits for web_networks/);
  await workspace.write('printed', printed({ pw_value: 'another', web_networks: networks }));
  const { exitCode, stdout, stderr } = await running.end;
  expect(exitCode, stderr).toBe(0);
  expect(`${stdout}${stderr}`).not.toContain(secret);

  const store = await openStore(storeUrl, { directory: workspace.directory });
  onTestFinished(() => store.close());
  const { keys } = await openEpoch(store, 'shop', '1');
  const stored = async (output: string): Promise<unknown> =>
    JSON.parse(Buffer.from((await store.get(keys.value('stack', output)))?.value ?? []).toString());
  expect(await stored('pw_value')).toMatchObject({ value: secret, sensitive: true });
  expect(await stored('web_networks')).toMatchObject({ value: networks, sensitive: false });
  expect(await workspace.read('stack.json')).not.toContain('"password"');
});

test('seed --watch copies the values of a group when each member has one, and a record as it is', async () => {
  const grouped = `heat_template_version: 2018-08-31
resources:
  all:
    type: OS::Heat::ResourceGroup
    properties:
      count: 2
      resource_def:
        type: OS::Nova::Server
        properties: { image: i, flavor: f }
        metadata:
          roles:
            - name: app
              command: [./app.sh]
              inputs: { networks: { get_attr: [all, attributes, networks] }, own: { get_attr: [all, show] } }
`;
  const { workspace, storeUrl } = await scene(grouped);
  const half = { all_attributes_networks: { 0: networks, 1: null }, all_show: { accessIPv4: '', locked: null } };
  await workspace.write('printed', printed(half));
  const command = ['--watch', '1m', '--outputs-from', 'cat printed'];
  const running = workspace.start(seed(storeUrl, ...command));
  await running.line(/1 of 2 outputs of the stack copied; waits for all_attributes_networks/);
  await workspace.write('printed', printed({ all_attributes_networks: { 0: networks, 1: networks } }));
  const { exitCode, stderr } = await running.end;
  expect(exitCode, stderr).toBe(0);
});

test('seed --watch ends with 21 and the names of what has not come, from a file and from standard input', async () => {
  const { workspace, storeUrl } = await scene();
  await workspace.write('outputs.json', JSON.stringify([{ output_key: 'heddle_late_pw_value', output_value: secret }]));
  const fromFile = await workspace.heddle(...seed(storeUrl, '--watch', '1s', '--outputs-from', 'outputs.json'));
  expect(fromFile.exitCode, fromFile.stderr).toBe(21);
  expect(fromFile.stderr).toContain('1s have not brought the outputs web_networks of the stack');
  const fromNothing = await workspace.heddle(...seed(storeUrl, '--watch', '--outputs-from', '-'));
  expect(fromNothing.stderr).toContain(
    'standard input did not have the outputs pw_value and web_networks of the stack',
  );
});

test('seed --watch shows what Heat says of an output that it cannot tell', async () => {
  const { workspace, storeUrl } = await scene();
  const outputs = [
    { output_key: 'heddle_late_pw_value', output_value: secret },
    {
      output_key: 'heddle_late_web_networks',
      output_value: null,
      output_error: 'The Referenced Attribute is incorrect.',
    },
  ];
  await workspace.write('outputs.json', JSON.stringify(outputs));
  const { exitCode, stderr } = await workspace.heddle(
    ...seed(storeUrl, '--watch', '1s', '--outputs-from', 'outputs.json'),
  );
  expect(exitCode, stderr).toBe(21);
  expect(stderr).toContain('Heat cannot tell web_networks: The Referenced Attribute is incorrect.');
});

test('seed --watch waits no longer than it says for standard input that does not end', async () => {
  const { workspace, storeUrl } = await scene();
  const { exitCode, stderr } = await workspace.start(seed(storeUrl, '--watch', '1s', '--outputs-from', '-'), {}, 'pipe')
    .end;
  expect(exitCode, stderr).toBe(21);
  expect(stderr).toContain('standard input did not end within 1s');
});

test('seed says what is not to be watched, and when somebody has to', async () => {
  const { workspace, storeUrl } = await scene();
  const said = async (...words: readonly string[]) => (await workspace.heddle(...words)).stderr;
  expect((await workspace.heddle(...seed(storeUrl))).stderr).toContain(
    'note: roles wait for outputs of the stack, and nobody copies them: seed with --watch, or run heddle agent --node stack',
  );
  expect(await said(...seed(storeUrl, '--outputs-from', 'x'))).toContain(
    '[usage] --outputs-from says what --watch reads',
  );
  expect(
    (await workspace.heddle(...seed(storeUrl, '--watch', '--outputs-from', 'no-such-program at all'))).stderr,
  ).toContain('[tool-missing] the outputs of the stack cannot be read');
  await workspace.write(
    'heddle.yaml',
    'heddle: 1\ndeployment: x\nnodes: { a: { roles: [{ name: one, command: ["true"] }] } }\n',
  );
  expect(await said('seed', 'heddle.yaml', '--store', storeUrl, '--watch')).toContain(
    '[usage] --watch is for the plan of a template',
  );
});
