// Joins the compiled modules of each package, and the libraries that every command uses, into the few files of its folder joined/: Node.js loads
// them in a third of the time that it needs for hundreds. docs/adr/0062-joined-modules.md has the figures.
// node scripts/join-modules.mjs             after `tsc -b`; `npm run build` does both
// node scripts/join-modules.mjs --publish   leaves nothing of earlier times behind; before a package is packed

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ownFile = fileURLToPath(import.meta.url);
const root = fileURLToPath(new URL('..', import.meta.url));
const packages = join(root, 'packages');

/** Modules of a package that others load, where it has them. */
const entries = ['index', 'traits', 'main', 'make-folder'];

/** Libraries that go into the files; all others, and the other packages, are loaded from where they are. */
const libraries = new Set(['commander', 'fastest-levenshtein', 'picocolors', 'yaml', 'zod']);

/** In joined/, and written last: the names of the files that were made together. */
const listName = 'files.json';
const licencesName = 'licences.txt';

const inherit = { stdio: 'inherit' };

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
  const list = join(folder, 'joined', listName);
  if (!existsSync(list)) return true;
  const { mtimeMs } = statSync(list);
  const compiled = readdirSync(join(folder, 'dist'), { recursive: true }).filter((file) => file.endsWith('.js'));
  const inputs = [
    ...compiled.map((file) => join(folder, 'dist', file)),
    join(folder, 'package.json'),
    join(root, 'pnpm-lock.yaml'),
    ownFile,
  ];
  return inputs.some((file) => statSync(file).mtimeMs > mtimeMs);
}

const libraryInside = {
  name: 'library-inside',
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
      const [library] = path.split('/');
      return kind === 'entry-point' || libraries.has(library) ? undefined : { path, external: true };
    });
  },
};

/** Make the files of a package in a folder beside joined/. */
async function joinModules(folder) {
  const { build } = createRequire(join(packages, 'bundle/package.json'))('esbuild');
  const made = join(folder, 'joined.new');
  rmSync(made, { recursive: true, force: true });
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
  return { folder, made, inputs: Object.keys(metafile.inputs) };
}

/**
 * Put the files in their place.
 *
 * Somebody may run the present ones meanwhile: each file is there as a whole, those that name others come after them, and those of the time before
 * stay until the next one, as a command that runs loads some of them only when it needs them.
 *
 * @returns The names of the files.
 */
function placeFiles(made, joined) {
  mkdirSync(joined, { recursive: true });
  const isEntry = (file) => entries.some((name) => file === `${name}.js`);
  const files = readdirSync(made).sort((a, b) => Number(isEntry(a)) - Number(isEntry(b)));
  for (const file of files) renameSync(join(made, file), join(joined, file));
  rmSync(made, { recursive: true });
  return files;
}

/** Name the files of joined/ that were made together last. */
function filesOf(joined) {
  const list = join(joined, listName);
  return existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : [];
}

function keepOnly(joined, files) {
  for (const file of readdirSync(joined)) if (file !== listName && !files.includes(file)) rmSync(join(joined, file));
}

/** Join the packages that were compiled since they were joined, one process after the other. */
export function joinStale() {
  if (joinedPackages().some(isStale)) execFileSync('flock', [ownFile, process.execPath, ownFile, '--locked'], inherit);
}

async function joinLocked() {
  const made = await Promise.all(joinedPackages().filter(isStale).map(joinModules));
  if (made.length === 0) return;
  const placed = made.map(({ folder, made: files, inputs }) => {
    const joined = join(folder, 'joined');
    return { joined, files: placeFiles(files, joined), inputs };
  });
  // Loads core, which has to be joined first.
  const { collectLicences } = await import('../packages/bundle/dist/licences.js');
  for (const { joined, files, inputs } of placed) {
    const { texts } = collectLicences(inputs, root, {});
    if (texts !== '') files.push(licencesName);
    if (texts !== '') writeFileSync(join(joined, licencesName), texts);
    keepOnly(joined, [...files, ...filesOf(joined)]);
    writeFileSync(join(joined, listName), JSON.stringify(files));
  }
}

if (process.argv[1] === ownFile) {
  const [word] = process.argv.slice(2);
  if (word === '--locked') await joinLocked();
  else joinStale();
  if (word === '--publish')
    for (const folder of joinedPackages()) keepOnly(join(folder, 'joined'), filesOf(join(folder, 'joined')));
}
