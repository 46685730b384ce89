import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { StoreDriver } from '@heddle/core';
import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';
import { collectBackendParts, type StoreBackend, storeConformance } from '../src/store-conformance/index.ts';

/** The store that the how-to shows, made into a package outside this workspace: compiled, packed, and unpacked as npm would. */

const root = fileURLToPath(new URL('../../..', import.meta.url));
const name = '@example/heddle-store-memory';
const page = readFileSync(join(root, 'docs/how-to/write-a-store.md'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'heddle-write-a-store-'));
const project = join(folder, 'project');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const driver = await install();

describe('the store of the how-to, conformance', () => {
  let number = 0;
  let defined = 0;
  const backend = async (): Promise<StoreBackend> => {
    const url = `memory:test-${(number += 1)}`;
    const { open, dispose } = collectBackendParts(driver);
    return { open: (options) => open(url, options), dispose };
  };
  const count: typeof it = Object.assign((...test: Parameters<typeof it>) => {
    defined += 1;
    it(...test);
  }, it);
  storeConformance({ describe, it: count }, backend);

  it('has as many cases as the page says', () => {
    expect(page).toContain(`conformance.test.ts (${defined} tests)`);
    expect(page).toContain(`Tests  ${defined} passed (${defined})`);
  });
});

describe('the package of the store of the how-to', () => {
  it('is loaded by its name from outside the workspace, and takes a deployment', async () => {
    writeFileSync(
      join(project, 'heddle.yaml'),
      'heddle: 1\ndeployment: mine\nnodes: { a: { roles: [{ name: one, command: [pwd], outputs: { x: x } }] } }\n',
    );
    const words = [
      join(root, 'packages/cli/bin/heddle'),
      'seed',
      'heddle.yaml',
      '--store',
      `${name}+memory:x`,
      '-o',
      'json',
    ];
    const { HEDDLE_STORE: _store, ...env } = process.env;
    const { stdout } = await execa(process.execPath, words, { cwd: project, env, extendEnv: false });
    expect(JSON.parse(stdout)).toMatchObject({ deployment: 'mine', epoch: '1', store: `${name}+memory:x` });
  });
});

/** Find the code block of the page that matches. */
function codeBlock(pattern: RegExp): string {
  const blocks = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code);
  const found = blocks.filter((code) => pattern.test(code));
  if (found.length !== 1 || found[0] === undefined)
    throw new Error(`the page has ${found.length} code blocks with ${pattern}`);
  return found[0];
}

async function install(): Promise<StoreDriver> {
  const source = join(folder, 'store');
  mkdirSync(join(source, 'src'), { recursive: true });
  linkHeddle(source);
  writeFileSync(join(source, 'src/index.ts'), codeBlock(/export default defineStore/));
  const manifest = { name, version: '1.0.0', type: 'module', files: ['dist'], exports: './dist/index.js' };
  writeFileSync(join(source, 'package.json'), JSON.stringify(manifest));
  const compilerOptions = {
    target: 'ES2023',
    module: 'NodeNext',
    strict: true,
    types: ['node'],
    outDir: 'dist',
    rootDir: 'src',
  };
  writeFileSync(join(source, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }));
  execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', source], { stdio: 'inherit' });
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts'], {
      cwd: source,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  ) as [{ filename: string }];

  // For the kit not below node_modules: there it would get the compiled core, not the one that is under test here.
  const tested = join(folder, 'tested');
  for (const place of [join(project, 'node_modules', name), tested]) {
    mkdirSync(place, { recursive: true });
    execFileSync('tar', ['-xzf', join(source, packed.filename), '-C', place, '--strip-components=1']);
  }
  linkHeddle(project);
  linkHeddle(folder);
  const module = (await import(pathToFileURL(join(tested, 'dist/index.js')).href)) as { default: StoreDriver };
  return module.default;
}

/** Stands for `npm install @heddle/core @types/node`. */
function linkHeddle(directory: string): void {
  for (const [dependency, target] of [
    ['@heddle/core', 'packages/core'],
    ['@types/node', 'node_modules/@types/node'],
  ] as const) {
    mkdirSync(join(directory, 'node_modules', dirname(dependency)), { recursive: true });
    symlinkSync(join(root, target), join(directory, 'node_modules', dependency));
  }
}
