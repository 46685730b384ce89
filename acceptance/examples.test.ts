import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Deployment } from './support/deployment.ts';
import { exists } from './support/exists.ts';

const folder = fileURLToPath(new URL('../examples', import.meta.url));
const entries = await readdir(folder, { withFileTypes: true });
const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);

describe('the examples', () => {
  it('each have a line on their page', async () => {
    const page = await readFile(join(folder, 'README.md'), 'utf8');
    const linked = [...page.matchAll(/^\| \[[^\]]+\]\(([a-z-]+)[/)]/gm)].map(([, name]) => String(name));
    expect(linked.toSorted()).toEqual(names.toSorted());
  });

  it('are all valid, but for warnings of roles that read each other', async () => {
    const deployment = await Deployment.create({});
    for (const name of names) {
      const file = join(folder, name, 'heddle.yaml');
      if (!(await exists(file))) continue;
      const { exitCode, stderr } = await deployment.heddle('validate', file);
      expect({ name, exitCode }).toEqual({ name, exitCode: 0 });
      const lines = stderr.split('\n').filter((line) => line !== '');
      expect(
        lines.filter((line) => !line.startsWith('warning: ')),
        name,
      ).toEqual([]);
    }
  });
});
