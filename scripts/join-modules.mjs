// Joins the compiled modules of each package, and the libraries that every command uses, into the few files of its folder joined/: Node.js loads
// them in a third of the time that it needs for hundreds. docs/adr/0062-joined-modules.md has the figures.
// node scripts/join-modules.mjs   after `tsc -b`; `npm run build` does both.

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, parse } from 'node:path';
import { fileURLToPath } from 'node:url';

const ownFile = fileURLToPath(import.meta.url);
const root = fileURLToPath(new URL('..', import.meta.url));
const packages = join(root, 'packages');

/** Modules of a package that others load, where it has them. */
const entries = ['index', 'traits', 'main'];

/** Libraries that go into the files; all others, and the other packages, are loaded from where they are. */
const libraries = new Set(['commander', 'fastest-levenshtein', 'picocolors', 'yaml', 'zod']);

/** The packages that are loaded joined, as their `exports` say; absolute folders. */
function joinedPackages() {
  return readdirSync(packages)
    .map((name) => join(packages, name))
    .filter((folder) => {
      const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      return exports['.'].default.startsWith('./joined/');
    });
}

/** Whether something that the files are made of is there, and newer than they are. */
function isStale(folder) {
  if (!existsSync(join(folder, 'dist/index.js'))) return false;
  const joined = join(folder, 'joined/index.js');
  if (!existsSync(joined)) return true;
  const { mtimeMs } = statSync(joined);
  const compiled = readdirSync(join(folder, 'dist'), { recursive: true }).filter((file) => file.endsWith('.js'));
  const inputs = [...compiled.map((file) => join(folder, 'dist', file)), join(folder, 'package.json'), ownFile];
  return inputs.some((file) => statSync(file).mtimeMs > mtimeMs);
}

const libraryInside = {
  name: 'library-inside',
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === 'entry-point' || libraries.has(path) ? undefined : { path, external: true },
    );
  },
};

async function joinModules(folder) {
  const { build } = createRequire(join(packages, 'bundle/package.json'))('esbuild');
  const made = join(folder, `joined.${process.pid}`);
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: entries.map((name) => join(folder, 'dist', `${name}.js`)).filter((file) => existsSync(file)),
    outdir: made,
    bundle: true,
    splitting: true,
    metafile: true,
    plugins: [libraryInside],
    // Libraries in the older form of modules ask for those of Node.js by this name.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    logLevel: 'error',
  });
  replaceFiles(made, join(folder, 'joined'));
  return { folder, inputs: Object.keys(metafile.inputs) };
}

/** Somebody may run them meanwhile: each file is there as a whole, and those that name others come after them. */
function replaceFiles(made, joined) {
  mkdirSync(joined, { recursive: true });
  const isEntry = (file) => entries.includes(parse(file).name);
  const files = readdirSync(made).sort((a, b) => Number(isEntry(a)) - Number(isEntry(b)));
  for (const file of files) renameSync(join(made, file), join(joined, file));
  rmSync(made, { recursive: true });
  for (const file of readdirSync(joined)) if (!files.includes(file)) rmSync(join(joined, file));
}

/** Join the packages that were compiled since they were joined. */
export async function joinStale() {
  const made = await Promise.all(joinedPackages().filter(isStale).map(joinModules));
  if (made.length === 0) return;
  // Loads core, which has to be joined first.
  const { collectLicences } = await import('../packages/bundle/dist/licences.js');
  for (const { folder, inputs } of made) {
    const { texts } = collectLicences(inputs, root, {});
    if (texts !== '') writeFileSync(join(folder, 'joined/licences.txt'), texts);
  }
}

if (process.argv[1] === ownFile) await joinStale();
