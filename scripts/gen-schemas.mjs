// Write docs/reference/heddle.schema.json, plan.schema.json and heat-roles.schema.json from the zod schemas of packages/core.
// `--check` writes nothing and fails when a file differs. Needs the build: pnpm build.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const built = new URL('../packages/core/dist/plan/schemas.js', import.meta.url);
const root = fileURLToPath(new URL('../', import.meta.url));
const folder = new URL('../docs/reference/', import.meta.url);
const isCheck = process.argv.includes('--check');

const { jsonSchemas } = await import(built.href).catch((cause) => {
  console.error(`cannot load ${fileURLToPath(built)}: run pnpm build first (${cause.message})`);
  process.exit(2);
});

let stale = 0;
for (const [name, schema] of Object.entries(jsonSchemas())) {
  const file = new URL(name, folder);
  const text = formatted(name, schema);
  if (!isCheck) writeFileSync(file, text);
  else if (read(file) !== text) {
    stale += 1;
    console.error(`docs/reference/${name} is out of date: run node scripts/gen-schemas.mjs`);
  }
}
process.exitCode = stale > 0 ? 1 : 0;

/** As Biome formats it, so that a format check has nothing to say about a generated file. */
function formatted(name, schema) {
  const biome = fileURLToPath(new URL('../node_modules/.bin/biome', import.meta.url));
  const input = JSON.stringify(schema, null, 2);
  return execFileSync(biome, ['format', `--stdin-file-path=docs/reference/${name}`], {
    input,
    encoding: 'utf8',
    cwd: root,
  });
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}
