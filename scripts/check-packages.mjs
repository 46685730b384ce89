// Packs every package as npm would and looks into it: the entry points are there, sources and tests of no use are not, and no library without its
// licence.

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

let problems = 0;
function complain(name, text) {
  problems += 1;
  console.log(`${name}: ${text}`);
}

/** What was joined, as the script before the packing leaves it; its licences where a library is inside. */
function packedInside(directory) {
  const joined = JSON.parse(readFileSync(join(directory, 'joined/files.json'), 'utf8')).filter(
    (file) => file !== 'licences.txt',
  );
  const text = joined.map((file) => readFileSync(join(directory, 'joined', file), 'utf8')).join('\n');
  const hasLibrary = /^\/\/ node_modules\//m.test(text);
  return [...joined, ...(hasLibrary ? ['licences.txt'] : [])].map((file) => `joined/${file}`);
}

for (const folder of readdirSync('packages')) {
  const directory = join('packages', folder);
  const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: directory,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  );
  const files = new Set(packed.files.map((file) => file.path));
  const entry = manifest.exports['.'];
  for (const target of [entry.default, entry.types, ...Object.values(manifest.bin ?? {})]) {
    if (!files.has(target.replace(/^\.\//, ''))) complain(manifest.name, `${target} is not in the package`);
  }
  for (const file of manifest.scripts?.prepack === undefined ? [] : packedInside(directory)) {
    if (!files.has(file)) complain(manifest.name, `${file} is not in the package`);
  }
  for (const file of files)
    if (/(^|\/)(test|spec)\//.test(file)) complain(manifest.name, `${file} should not be in the package`);
  for (const key of ['description', 'license', 'engines'])
    if (manifest[key] === undefined) complain(manifest.name, `package.json has no ${key}`);
  console.log(`${manifest.name}: ${files.size} files, ${(packed.unpackedSize / 1024).toFixed(0)} KiB`);
}
process.exit(problems > 0 ? 1 : 0);
