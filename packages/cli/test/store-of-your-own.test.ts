import { readFileSync, realpathSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { StoreDriver } from '@heddle/core';
import { collectBackendParts, type StoreBackend, storeConformance } from '@heddle/testkit';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workspace } from './support/workspace.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const page = readFileSync(join(root, 'docs/how-to/write-a-store.md'), 'utf8');

/** The files that the page shows: fences with a path behind their language. */
function filesOfPage(): Record<string, string> {
  const fences = page.matchAll(/^```\w+ (?<path>[\w./-]+\.\w+)\n(?<text>.*?)^```$/gms);
  return Object.fromEntries([...fences].map(({ groups }) => [groups?.['path'] ?? '', groups?.['text'] ?? '']));
}

/** Put a package that core depends on into a tarball, which npm takes for one of a registry. */
async function tarball(name: string, project: Workspace): Promise<string> {
  const require = createRequire(join(root, 'packages/core/package.json'));
  let folder = dirname(realpathSync(require.resolve(name)));
  while (!folder.endsWith(`/node_modules/${name}`)) folder = dirname(folder);
  const file = `./${name}.tgz`;
  // Equal files are hard links here, and npm leaves out links.
  await execa('tar', ['--hard-dereference', '-czf', file, '--transform', 's,^\\.,package,', '-C', folder, '.'], {
    cwd: project.directory,
  });
  return file;
}

function npm({ directory }: Workspace, ...words: readonly string[]) {
  return execa('npm', words, { cwd: directory });
}

describe('the store of docs/how-to/write-a-store.md', () => {
  let store: Workspace;
  let driver: StoreDriver;
  let number = 0;

  beforeAll(async () => {
    store = await Workspace.create(filesOfPage());
    await mkdir(store.path('node_modules/@heddle'), { recursive: true });
    await symlink(join(root, 'packages/core'), store.path('node_modules/@heddle/core'));
    await symlink(join(root, 'node_modules/@types'), store.path('node_modules/@types'));
    await execa(join(root, 'node_modules/.bin/tsc'), ['-p', store.directory]);
    const module = (await import(pathToFileURL(store.path('dist/index.js')).href)) as { default: StoreDriver };
    driver = module.default;
  });
  afterAll(() => store?.remove());

  const backend = async (): Promise<StoreBackend> => {
    const { open, dispose } = collectBackendParts(driver);
    const url = `file:${store.path(`entries-${(number += 1)}.json`)}`;
    return { open: (options) => open(url, options), dispose };
  };
  const cases = storeConformance({ describe, it }, backend);
  it('has all its cases', () => expect(cases).toBe(49));

  it('is packed, installed where nothing of this checkout is, and used by its package and URL', async () => {
    const project = await Workspace.forTest({
      'package.json': '{ "name": "project", "private": true }',
      'heddle.yaml': `heddle: 1
deployment: shelf
nodes:
  a:
    roles: [{ name: one, command: [sh, -c, 'heddle set said=kept'], outputs: { said: said } }]
`,
    });
    await npm(project, 'pack', join(root, 'packages/core'));
    await npm(project, 'pack', store.directory);
    // What a registry would give: the packages that core needs, as they are installed here.
    const others = await Promise.all(['fastest-levenshtein', 'yaml', 'zod'].map((name) => tarball(name, project)));
    const tarballs = ['./heddle-core-0.1.0.tgz', './example-heddle-store-file-1.0.0.tgz', ...others];
    await npm(project, 'install', '--offline', '--no-audit', '--no-fund', ...tarballs);
    const heddle = (...words: string[]) =>
      project.heddle(...words, '--store', '@example/heddle-store-file+file:entries.json');

    const seeded = await heddle('seed', 'heddle.yaml');
    expect(seeded, seeded.stderr).toMatchObject({ exitCode: 0 });
    expect(seeded.stdout).toContain('deployment shelf, epoch 1: 1 node seeded');
    // Each command is a process of its own: what one has written, the next one reads.
    expect(await heddle('get', 'a.said')).toMatchObject({ exitCode: 20, stdout: '' });
    const agent = await heddle(
      'agent',
      '--deployment',
      'shelf',
      '--epoch',
      '1',
      '--node',
      'a',
      '--directory',
      project.path('agent'),
    );
    expect(agent, agent.stderr).toMatchObject({ exitCode: 0 });
    expect(await heddle('get', 'a.said')).toMatchObject({ exitCode: 0, stdout: 'kept\n' });
  });
});
