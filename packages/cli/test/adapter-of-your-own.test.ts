import { readFileSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { heddleProgram, Workspace } from './support/workspace.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const page = readFileSync(join(root, 'docs/how-to/write-an-adapter.md'), 'utf8');

/** The files that the page shows: fences with a path behind their language, and the deployment. */
function filesOfPage(): Record<string, string> {
  const fences = page.matchAll(/^```\w+ (?<path>[\w./-]+\/[\w.-]+)\n(?<text>.*?)^```$/gms);
  const files = Object.fromEntries([...fences].map(({ groups }) => [groups?.['path'] ?? '', groups?.['text'] ?? '']));
  const [, deployment = ''] = /^```yaml heddle\n(.*?)^```$/ms.exec(page) ?? [];
  return { ...files, 'made/heddle.yaml': deployment };
}

/** The adapter's folder as after `npm install`: with what it and its test import. */
async function installed(): Promise<Workspace> {
  const workspace = await Workspace.forTest(filesOfPage());
  const modules = workspace.path('heddle-adapter-make/node_modules');
  await mkdir(join(modules, '@heddle'), { recursive: true });
  await symlink(join(root, 'packages/testkit'), join(modules, '@heddle/testkit'));
  await symlink(join(root, 'packages/agent/node_modules/zod'), join(modules, 'zod'));
  await symlink(join(root, 'node_modules/vitest'), join(modules, 'vitest'));
  return workspace;
}

describe('the adapter of docs/how-to/write-an-adapter.md', () => {
  it('passes the kit, by the test that the page shows', { timeout: 600_000 }, async () => {
    const workspace = await installed();
    const PATH = `${dirname(heddleProgram)}${delimiter}${process.env['PATH']}`;
    const words = ['run', '--reporter=json', '--testTimeout=120000', '--maxWorkers=1'];
    const { stdout, stderr } = await execa(join(root, 'node_modules/.bin/vitest'), words, {
      cwd: workspace.path('heddle-adapter-make'),
      env: { PATH, NODE_PATH: '' },
      reject: false,
    });
    const report = JSON.parse(stdout.slice(stdout.indexOf('{'))) as Record<string, unknown>;
    expect(report, `${stdout}${stderr}`).toMatchObject({ numPassedTests: 19, numFailedTests: 0, numPendingTests: 0 });
  });

  it('runs the deployment that the page shows, found in the folder of heddle.yaml', async () => {
    const workspace = await installed();
    await mkdir(workspace.path('made/node_modules'));
    await symlink(workspace.path('heddle-adapter-make'), workspace.path('made/node_modules/heddle-adapter-make'));
    const up = await workspace.heddle('up', '-v', 'made/heddle.yaml');
    expect(up, up.stderr).toMatchObject({ exitCode: 0 });
    expect(up.stdout).toMatch(/two greet +\| hello, one$/m);
  });
});
