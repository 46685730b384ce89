import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Workspace } from './support/workspace.ts';

const zod = fileURLToPath(new URL('../../agent/node_modules/zod', import.meta.url));

const adapter = `
import { z } from 'zod';

export default {
  name: 'tide',
  contract: 1,
  options: z.strictObject({ station: z.string() }),
  hasLocalLevel: false,
  stopSignal: 'SIGTERM',
  traits: { facts: { outputs: [{ name: 'tide', path: ['tide'] }, { name: 'moon', path: ['moon'] }], options: ['station'] } },
  check: async () => [],
  detect: () => false,
  prepare: async ({ directory }) => ({ command: ['true'], workingDirectory: directory, environment: {} }),
  gatherFacts: async ({ directory, options, role }) => {
    const facts = { tide: { level: 42, station: options.station, asked: role.outputs.map(({ name }) => name) } };
    return { command: ['echo', JSON.stringify({ facts })], workingDirectory: directory, environment: {} };
  },
  explainExit: () => undefined,
};
`;

const manifest = '{ "name": "heddle-adapter-tide", "version": "1.0.0", "type": "module", "exports": "./index.js" }';

async function installed(files: Readonly<Record<string, string>>): Promise<Workspace> {
  const folder = 'node_modules/heddle-adapter-tide';
  const workspace = await Workspace.forTest({
    [`${folder}/package.json`]: manifest,
    [`${folder}/index.js`]: adapter,
    ...files,
  });
  await mkdir(workspace.path(`${folder}/node_modules`));
  await symlink(zod, join(workspace.path(folder), 'node_modules/zod'));
  return workspace;
}

describe('an adapter of a package that has traits', () => {
  it('publishes the facts of its tool at the start of the agent, those that somebody reads', async () => {
    const workspace = await installed({
      'heddle.yaml': `
heddle: 1
deployment: coast
nodes:
  pier: { roles: [{ name: watch, heddle-adapter-tide: { station: Kiel } }] }
  boat:
    roles:
      - { name: read, command: [heddle, get, tide, -o, json], inputs: { tide: "\${pier.tide}" } }
`,
    });
    const up = await workspace.heddle('up', '-v');
    expect(up, up.stderr).toMatchObject({ exitCode: 0 });
    expect(up.stdout).toMatch(/boat read +\| \{"level":42,"station":"Kiel","asked":\["tide"\]\}$/m);
  });

  it('is known to who compiles a Heat template, too', async () => {
    const workspace = await installed({
      'stack.yaml': `
heat_template_version: 2018-08-31
resources:
  pier:
    type: OS::Nova::Server
    properties: { image: a, flavor: b }
    metadata: { roles: [{ name: watch, heddle-adapter-tide: { station: Kiel } }] }
  boat:
    type: OS::Nova::Server
    properties: { image: a, flavor: b }
    metadata: { roles: [{ name: play, ansible: { playbook: site.yml } }] }
`,
      'site.yml': '- hosts: all\n  tasks: []\n',
    });
    const compiled = await workspace.heddle('compile', 'stack.yaml', '-o', 'stack.json');
    expect(compiled, compiled.stderr).toMatchObject({ exitCode: 0 });
    const plan = JSON.parse(await workspace.read('plan.json')) as {
      nodes: { name: string; roles: { name: string; outputs: { name: string }[] }[] }[];
    };
    const pier = plan.nodes.find(({ name }) => name === 'pier');
    expect(pier?.roles.map(({ name }) => name)).toContain('heddle_adapter_tide_facts');
  });

  it('that is not installed leaves the file to be looked at', async () => {
    const workspace = await Workspace.forTest({
      'heddle.yaml':
        'heddle: 1\ndeployment: coast\nnodes:\n  pier: { roles: [{ name: watch, heddle-adapter-tide: { station: Kiel } }] }\n',
    });
    expect(await workspace.heddle('graph', 'heddle.yaml')).toMatchObject({ exitCode: 0 });
    const compiled = await workspace.heddle('compile', 'heddle.yaml', '-o', 'plan.json');
    expect(compiled).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining(
        'warning: heddle.yaml:4: the adapter heddle-adapter-tide is not installed: the plan has nothing of what it would find or gather',
      ),
    });
    expect((await workspace.heddle('validate')).stderr).toContain(
      'the adapter package heddle-adapter-tide is installed',
    );
  });

  it.each([
    [
      'whose own code throws',
      "throw new Error('no licence');",
      /heddle-adapter-tide \(\/.*\) cannot be loaded: no licence/,
    ],
    ['of another contract', 'export default { name: "tide", contract: 0, prepare() {} };', /contract version 1/],
  ])('%s is an error of whoever compiles', async (_what, source, message) => {
    const workspace = await Workspace.forTest({
      'node_modules/heddle-adapter-tide/package.json': manifest,
      'node_modules/heddle-adapter-tide/index.js': source,
      'heddle.yaml':
        'heddle: 1\ndeployment: coast\nnodes:\n  pier: { roles: [{ name: watch, heddle-adapter-tide: { station: Kiel } }] }\n',
    });
    expect(await workspace.heddle('compile', 'heddle.yaml', '-o', 'plan.json')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(message),
    });
  });
});
