import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, it, onTestFinished } from 'vitest';

const checkout = fileURLToPath(new URL('../../../', import.meta.url));
const scriptName = 'scripts/join-modules.mjs';
const script = readFileSync(join(checkout, scriptName), 'utf8');
const loadedPackage = JSON.stringify({ type: 'module', exports: { '.': { default: './joined/index.js' } } });

/** A checkout with the packages `one` and `plain`, of which only `one` is loaded joined. */
class Checkout {
  readonly #root = mkdtempSync(join(tmpdir(), 'heddle-join-'));

  constructor() {
    onTestFinished(() => rmSync(this.#root, { recursive: true }));
    this.write(scriptName, script);
    this.write('pnpm-lock.yaml', '');
    mkdirSync(this.path('packages'));
    symlinkSync(join(checkout, 'packages/bundle'), this.path('packages/bundle'));
    this.write('packages/one/package.json', loadedPackage);
    this.write('packages/plain/package.json', loadedPackage.replace('joined', 'dist'));
    for (const name of ['one', 'plain']) {
      this.write(`packages/${name}/dist/index.js`, `export { value } from './value.js';`);
      this.write(`packages/${name}/dist/value.js`, 'export const value = 1;');
    }
  }

  path(file: string): string {
    return join(this.#root, file);
  }

  /** @param ageS  Seconds since it was written. */
  write(file: string, text: string, ageS = 100): void {
    mkdirSync(dirname(this.path(file)), { recursive: true });
    writeFileSync(this.path(file), text);
    const at = Date.now() / 1000 - ageS;
    utimesSync(this.path(file), at, at);
  }

  join(...words: string[]): void {
    execFileSync(process.execPath, [this.path(scriptName), ...words]);
  }

  /** Let what is joined be older, and another one than joining would make. */
  change(): void {
    this.write('packages/one/joined/index.js', 'export const value = "changed";', 50);
    const at = Date.now() / 1000 - 50;
    utimesSync(this.path('packages/one/joined/files.json'), at, at);
  }

  joinedFiles(): string[] {
    return readdirSync(this.path('packages/one/joined')).sort();
  }

  /** What a process that loads the joined package is given. */
  loaded(): string {
    const words = `const { value } = await import(${JSON.stringify(this.path('packages/one/joined/index.js'))}); console.log(value)`;
    return execFileSync(process.execPath, ['--input-type=module', '--eval', words], { encoding: 'utf8' }).trim();
  }
}

describe('the modules of a package, joined', () => {
  it('they are joined where the package is loaded so, and nowhere else', () => {
    const made = new Checkout();
    made.join();
    assert.equal(made.loaded(), '1');
    assert.equal(existsSync(made.path('packages/plain/joined')), false);
  });

  it('they are joined again when one of them was compiled since, and not otherwise', () => {
    const made = new Checkout();
    made.join();
    made.change();
    made.join();
    assert.equal(made.loaded(), 'changed');
    made.write('packages/one/dist/value.js', 'export const value = 2;', 20);
    made.join();
    assert.equal(made.loaded(), '2');
  });

  it.each([
    ['the package', 'packages/one/package.json', loadedPackage],
    ['the way of joining', scriptName, script],
    ['the version of a library', 'pnpm-lock.yaml', 'another'],
  ])('they are joined again when %s changed since', (_, file, text) => {
    const made = new Checkout();
    made.join();
    made.change();
    made.write(file, text, 20);
    made.join();
    assert.equal(made.loaded(), '1');
  });

  it('a command that runs finds the files that it began with, until they are joined twice more', () => {
    const made = new Checkout();
    made.write('packages/one/dist/index.js', `export const value = async () => (await import('./value.js')).value;`);
    made.join();
    const first = made.joinedFiles();
    assert.equal(first.filter((file) => file.startsWith('value-')).length, 1);
    const laterFiles = [2, 3].map((value) => {
      made.change();
      made.write('packages/one/dist/value.js', `export const value = ${value};`, 20);
      made.join();
      return made.joinedFiles();
    });
    const [second = [], third = []] = laterFiles.map((files) => first.filter((file) => !files.includes(file)));
    assert.deepEqual([second.length, third.length], [0, 1]);
  });

  it('only what was made last is published', () => {
    const made = new Checkout();
    made.write('packages/one/dist/index.js', `export const value = async () => (await import('./value.js')).value;`);
    made.join();
    const first = made.joinedFiles();
    made.change();
    made.write('packages/one/dist/value.js', 'export const value = 2;', 20);
    made.join('--publish');
    const last = made.joinedFiles();
    assert.equal(last.length, first.length);
    assert.notDeepEqual(last, first);
  });

  it('what was interrupted before it had its licences is done again', () => {
    const made = new Checkout();
    made.join();
    made.change();
    rmSync(made.path('packages/one/joined/files.json'));
    made.join();
    assert.equal(made.loaded(), '1');
  });

  it('several at once do it one after the other', async () => {
    const made = new Checkout();
    await Promise.all([1, 2, 3, 4].map(() => execa(process.execPath, [made.path(scriptName)])));
    assert.equal(made.loaded(), '1');
  });
});

describe('the joined modules of this checkout', () => {
  const packages = join(checkout, 'packages');
  const joined = readdirSync(packages)
    .map((name) => join(packages, name, 'joined'))
    .filter((folder) => existsSync(folder));

  it('they hold the libraries that every command loads', () => {
    const loads = joined.flatMap((folder) =>
      readdirSync(folder)
        .filter((file) => file.endsWith('.js'))
        .flatMap((file) => readFileSync(join(folder, file), 'utf8').match(/^import .* from "[^"]*";$/gm) ?? [])
        .filter((line) => /"(?:commander|fastest-levenshtein|picocolors|yaml|zod)["/]/.test(line)),
    );
    assert.deepEqual(loads, []);
  });

  it('the licences of the libraries lie beside them', () => {
    const texts = readFileSync(join(packages, 'core/joined/licences.txt'), 'utf8');
    assert.match(texts, /^zod \d+\.\d+\.\d+\n-+\nMIT License/m);
  });
});
