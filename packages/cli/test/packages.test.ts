import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { script, Workspace } from './support/workspace.ts';

const embedded = fileURLToPath(new URL('../../store-embedded/joined/index.js', import.meta.url));

/** An adapter without any dependency: it runs a script with a variable of its own. */
const adapterSource = `export default {
  name: 'shout',
  contract: 1,
  options: { safeParse: (data) => (typeof data.say === 'string' ? { success: true, data } : { success: false, error: { issues: [{ path: ['say'], message: 'say something' }] } }) },
  hasLocalLevel: false,
  stopSignal: 'SIGTERM',
  async check() { return []; },
  detect: (command) => command[0] === 'shout',
  async prepare({ options, directory }) {
    return { command: ['sh', '-c', 'heddle set said="$SAY"'], workingDirectory: directory, environment: { SAY: options.say.toUpperCase() } };
  },
  explainExit: () => undefined,
};
`;

/** A store that keeps its data in an embedded one: \`mine:FOLDER\`. */
const storeSource = `import embedded from '${embedded}';
export default { name: 'mine', contract: 1, schemes: ['mine'], open: (url, options) => embedded.open(url.replace('mine:', 'embedded:'), options) };
`;

function esmPackage(
  name: string,
  source: string,
  exports: unknown = { '.': { types: './index.d.ts', import: './lib/index.js' } },
): Record<string, string> {
  return {
    [`node_modules/${name}/package.json`]: JSON.stringify({ name, version: '1.0.0', type: 'module', exports }),
    [`node_modules/${name}/lib/index.js`]: source,
  };
}

function deployment(adapter: string, options = '{ say: hello }'): string {
  return `heddle: 1
deployment: loud
nodes:
  a:
    roles: [{ name: shouter, "${adapter}": ${options}, outputs: { said: said } }]
`;
}

describe('an adapter of somebody else', () => {
  test.each([
    ['only exports for import', { '.': { types: './index.d.ts', import: './lib/index.js' } }],
    ['one file for all', './lib/index.js'],
    ['nested conditions', { import: { node: './lib/index.js' } }],
  ])(
    'is loaded from the folder of the deployment file, whoever calls from where: a package with %s',
    async (_what, exports) => {
      const name = '@example/heddle-shout';
      const workspace = await Workspace.forTest({
        ...Object.fromEntries(
          Object.entries(esmPackage(name, adapterSource, exports)).map(([file, text]) => [`project/${file}`, text]),
        ),
        'project/heddle.yaml': deployment(name),
      });
      const up = await workspace.heddle('up', 'project/heddle.yaml');
      expect(up, up.stderr).toMatchObject({ exitCode: 0 });
      expect(await workspace.heddle('get', 'a.said', '--file', 'project/heddle.yaml')).toMatchObject({
        stdout: 'HELLO\n',
      });
    },
  );

  test('is recognised by exec', async () => {
    const workspace = await Workspace.forTest({
      ...esmPackage('heddle-shout', adapterSource),
      'heddle.yaml': deployment('heddle-shout'),
      'bin/shout': script('heddle set said=typed'),
    });
    const exec = await workspace.start(['exec', '--node', 'a', '--', 'shout'], {
      PATH: `${workspace.path('bin')}:${process.env['PATH']}`,
    }).end;
    expect(exec, exec.stderr).toMatchObject({ exitCode: 0 });
    expect(await workspace.heddle('get', 'a.said')).toMatchObject({ stdout: 'typed\n' });
  });

  test('that is not there, broken, or of another contract is named with what to do', async () => {
    const workspace = await Workspace.forTest({
      ...esmPackage('heddle-broken', "throw new Error('no licence');"),
      ...esmPackage('heddle-old', 'export default { name: "old", contract: 0, prepare() {} };'),
      ...esmPackage('heddle-shout', adapterSource),
    });
    const said = async (adapter: string, options?: string) => {
      await workspace.write('heddle.yaml', deployment(adapter, options));
      const { exitCode, stderr } = await workspace.heddle('validate');
      return { exitCode, stderr };
    };
    expect(await said('@example/heddle-none')).toEqual({
      exitCode: 2,
      stderr: expect.stringContaining(
        `[unknown-adapter] the adapter package @example/heddle-none is installed neither in ${workspace.directory} nor with Heddle\n  try: cd ${workspace.directory} && npm install @example/heddle-none\n`,
      ),
    });
    expect(await said('heddle-broken')).toEqual({
      exitCode: 2,
      stderr: expect.stringMatching(
        /\[unknown-adapter\] the adapter package heddle-broken \(\/.*\/lib\/index\.js\) cannot be loaded: no licence/,
      ),
    });
    expect(await said('heddle-old')).toEqual({
      exitCode: 2,
      stderr: expect.stringContaining(
        '[unknown-adapter] the package heddle-old does not export an adapter of contract version 1 as its default',
      ),
    });
    expect(await said('heddle-shout', '{ say: 1 }')).toEqual({
      exitCode: 3,
      stderr: expect.stringContaining('say something'),
    });
  });
});

describe('a store of somebody else', () => {
  test('is named by its package in the URL, and found from the folder of the deployment file', async () => {
    const files = {
      ...esmPackage('@example/heddle-store-mine', storeSource),
      'heddle.yaml': deployment('command', "[sh, -c, 'heddle set said=stored']"),
    };
    const workspace = await Workspace.forTest(
      Object.fromEntries(Object.entries(files).map(([file, text]) => [`project/${file}`, text])),
    );
    const url = `@example/heddle-store-mine+mine:${workspace.path('data')}`;
    const up = await workspace.heddle('up', 'project/heddle.yaml', '--store', url);
    expect(up, up.stderr).toMatchObject({ exitCode: 0 });
    expect(await workspace.heddle('get', 'a.said', '-f', 'project/heddle.yaml', '--store', url)).toMatchObject({
      stdout: 'stored\n',
    });
    expect(
      await workspace.heddle('get', 'a.said', '--deployment', 'loud', '--store', `embedded:${workspace.path('data')}`),
    ).toMatchObject({ stdout: 'stored\n' });
  });

  test('that is not there is named with what to do', async () => {
    const workspace = await Workspace.forTest({ 'heddle.yaml': deployment('command', '[true]') });
    expect(await workspace.heddle('ls', '--store', 'heddle-store-none+none://h')).toMatchObject({
      exitCode: 2,
      stderr: `heddle: [unknown-store] the store package heddle-store-none is installed neither in ${workspace.directory} nor with Heddle
  try: cd ${workspace.directory} && npm install heddle-store-none
  try: or use one of: embedded:DIR, heddle://HOST:PORT, zk://HOST:PORT, zks://HOST:PORT, etcd://HOST:PORT, etcds://HOST:PORT
`,
    });
  });
});
