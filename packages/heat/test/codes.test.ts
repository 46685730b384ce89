import { readdir, readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';

const source = new URL('../src/', import.meta.url);
const reference = new URL('../../../docs/reference/heat-template.md', import.meta.url);
const code = /\b[EW]_[A-Z_]*[A-Z]\b/g;

it('the reference lists every code of errors and warnings, and no others', async () => {
  const files = (await readdir(source, { recursive: true })).filter((name) => name.endsWith('.ts'));
  const texts = await Promise.all(files.map((name) => readFile(new URL(name, source), 'utf8')));
  const used = new Set(texts.flatMap((text) => text.match(code) ?? []));
  const listed = new Set((await readFile(reference, 'utf8')).match(code) ?? []);
  expect(listed).toEqual(used);
});
