import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { packageLines } from '../src/emit/packages.ts';
import type { CompileTemplateOptions, Packages } from '../src/index.ts';
import { compiled, role, server, template, withTexts } from './support/compile.ts';

const sha256 = 'ab'.repeat(32);
const file = (name: string) => ({ url: `https://example.org/${'folder/'.repeat(20)}${name}`, sha256 });

const packages: Packages = {
  node: [
    { kind: 'file', machine: 'x86_64', file: file('node-x64.tar.xz') },
    { kind: 'file', machine: 'aarch64', file: file('node-arm64.tar.xz') },
  ],
  chef: [{ kind: 'gem', name: 'chef-bin', version: '18', source: 'https://gems.example.org' }],
  ansible: [{ kind: 'apt', name: 'ansible-core' }],
};

interface Config {
  readonly write_files: readonly { readonly path: string; readonly permissions: string; readonly content: unknown }[];
  readonly runcmd: readonly (readonly string[])[];
}

function emitted(text: string, options: Partial<CompileTemplateOptions> = {}) {
  const { parameters, resources } = withTexts(compiled(text, options).template) as {
    parameters: Record<string, unknown>;
    resources: Record<string, { properties: Record<string, unknown> }>;
  };
  const data = resources['web']?.properties['user_data'] as { list_join: [string, [string, Config]] };
  const config = data.list_join[1][1];
  const content = (path: string) => config.write_files.find((entry) => entry.path === path)?.content;
  return { parameters, resources, config, content, sizeBytes: Buffer.byteLength(JSON.stringify(data)) };
}

const chefAndAnsible = server(
  "[{ name: one, chef: { run_list: ['recipe[x]'] } }, { name: two, ansible: { playbook: site.yml } }]",
);
const commandOnly = server(`[${role('app')}]`);
const unitFile = '/etc/systemd/system/heddle.service';

describe('what a machine is started with', () => {
  it('names the tools that its roles use, and no other', () => {
    const { config, content } = emitted(template({ web: chefAndAnsible }), { packages });
    expect(content(unitFile)).toContain('ExecStart=/bin/sh /etc/heddle/boot.sh chef ansible\n');
    expect(config.runcmd[0]?.at(-1)).toMatch(/exec \/bin\/sh \/etc\/heddle\/boot\.sh chef ansible$/);
    expect(emitted(template({ web: commandOnly }), { packages }).content(unitFile)).toContain('boot.sh\n');
  });

  it('has the sources in a hidden parameter and a file of root, and neither without sources', () => {
    const { parameters, config } = emitted(template({ web: chefAndAnsible }), { packages });
    expect(parameters['heddle_packages']).toMatchObject({ hidden: true, default: packageLines(packages) });
    expect(config.write_files).toContainEqual({
      path: '/etc/heddle/packages',
      permissions: '0600',
      content: { get_param: 'heddle_packages' },
    });
    const without = emitted(template({ web: chefAndAnsible }));
    expect(without.parameters).not.toHaveProperty('heddle_packages');
    expect(without.content('/etc/heddle/packages')).toBeUndefined();
  });

  it('writes a source a line', () => {
    expect(packageLines(packages)).toBe(
      `node file x86_64 ${file('node-x64.tar.xz').url} ${sha256}
node file aarch64 ${file('node-arm64.tar.xz').url} ${sha256}
chef gem chef-bin 18 https://gems.example.org
ansible apt ansible-core
`,
    );
  });

  it('leaves half of the user data to the values when everything is on', () => {
    const content = file('content.tar.gz');
    const {
      sizeBytes,
      parameters: { heddle_texts: _, ...parameters },
    } = emitted(template({ web: chefAndAnsible }), { packages, content, patienceS: 900 });
    // What Heat puts into the places of the parameters and of the handle's token.
    const filled = sizeBytes + JSON.stringify(parameters).length + 2048;
    expect(filled).toBeLessThan(49_149 / 2);
  });

  it('ends its boot before Heat gives it up, and systemd ends it between the two', () => {
    const { content, resources } = emitted(template({ web: commandOnly }), { timeoutS: 600, patienceS: 30 });
    const node = (content('/etc/heddle/node.json') as { list_join: [string, [unknown]] }).list_join[1][0];
    expect(node).toMatchObject({ limitS: 540, patienceS: 30 });
    expect(content(unitFile)).toContain('TimeoutStartSec=570\n');
    expect(content(unitFile)).toMatch(/^Environment=.* NEEDRESTART_SUSPEND=1 NEEDRESTART_MODE=l$/m);
    expect(resources['heddle_wait_web']?.properties['timeout']).toBe(600);
  });

  it('has a unit that the real systemd finds nothing wrong with', async () => {
    const root = await mkdtemp(join(tmpdir(), 'heddle-unit-'));
    onTestFinished(() => rm(root, { recursive: true, force: true }));
    await mkdir(join(root, 'units'));
    const unit = join(root, 'units/heddle.service');
    await writeFile(unit, String(emitted(template({ web: chefAndAnsible })).content(unitFile)));
    const { exitCode, all } = await execa('systemd-analyze', ['verify', '--man=no', unit], {
      all: true,
      reject: false,
    });
    expect(all).not.toMatch(/heddle/);
    expect(exitCode, all).toBe(0);
  });
});
