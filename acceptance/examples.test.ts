import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Deployment } from './support/deployment.ts';

const folder = fileURLToPath(new URL('../examples', import.meta.url));
const entries = await readdir(folder, { withFileTypes: true });
const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);

/** Every deployment file of every example: some have a second form beside heddle.yaml. */
async function deploymentFiles(): Promise<string[]> {
  const found: string[] = [];
  for (const name of names) {
    const files = await readdir(join(folder, name));
    for (const file of files.filter((each) => each.endsWith('.yaml'))) {
      const path = join(folder, name, file);
      if (/^heddle: 1$/m.test(await readFile(path, 'utf8'))) found.push(path);
    }
  }
  return found;
}

describe('the examples', () => {
  it('each have a line on their page', async () => {
    const page = await readFile(join(folder, 'README.md'), 'utf8');
    const linked = [...page.matchAll(/^\| \[[^\]]+\]\(([a-z-]+)[/)]/gm)].map(([, name]) => String(name));
    expect(linked.toSorted()).toEqual(names.toSorted());
  });

  it('are all valid, but for warnings of roles that read each other', async () => {
    const deployment = await Deployment.create({});
    for (const file of await deploymentFiles()) {
      const { exitCode, stderr } = await deployment.heddle('validate', file);
      expect({ file, exitCode }).toEqual({ file, exitCode: 0 });
      const lines = stderr.split('\n').filter((line) => line !== '');
      expect(
        lines.filter((line) => !line.startsWith('warning: ')),
        file,
      ).toEqual([]);
    }
  });
});
