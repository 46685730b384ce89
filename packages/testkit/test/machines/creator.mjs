// A process of its own that creates machines, for tests that kill it or run it as another user.
// Reads the options as JSON from its argument, prints one JSON line, then waits: end of standard input means close.

import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = join(dirname(fileURLToPath(import.meta.url)), '../../../..');
const vitest = createRequire(join(realpathSync(join(repository, 'node_modules/vitest')), 'package.json'));
const { runnerImport } = await import(vitest.resolve('vite'));
const imported = await runnerImport(join(repository, 'packages/testkit/src/machines/index.ts'), {
  configFile: false,
  root: repository,
  logLevel: 'error',
  // From the sources, as vitest does: no build is needed, and none can be out of date.
  environments: { inline: { resolve: { conditions: ['heddle-source'], noExternal: [/^@heddle\//] } } },
});

const say = (report) => process.stdout.write(`${JSON.stringify(report)}\n`);
try {
  const set = await imported.module.createMachines(JSON.parse(process.argv[2]));
  const machines = [...set.machines.values()].map((machine) => ({ ...machine, prefix: machine.command([]) }));
  say({ machines, privilege: set.privilege, overlay: set.overlay });
  for await (const _ of process.stdin);
  await set.close();
  say({ closed: true });
} catch (error) {
  say({ error: { code: error.code, message: error.message, notes: error.notes } });
}
