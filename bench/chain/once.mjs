// Takes examples/two-servers the whole way once: once.mjs FOLDER BUNDLE. Writes FOLDER/moments.json.
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { linkPrograms, startZookeeper } from '@heddle/testkit';
import { runChain } from '@heddle/testkit/heat';
import { checkout, chefProgram, heddleProgram } from '../lib/programs.mjs';

const [folder, bundle] = process.argv.slice(2);
const servers = ['db', 'web'];
const moments = { steps: {}, ready: 0, servers: Object.fromEntries(servers.map((name) => [name, {}])) };

function onEvent(event) {
  const nowMs = Date.now();
  if (event.kind === 'ready') moments.ready = nowMs;
  if (event.kind === 'server') moments.servers[event.server].asked = nowMs;
  if (event.kind === 'stage' && event.stage === 'modules --mode=final') moments.servers[event.server].booted = nowMs;
  if (event.kind === 'signal') moments.servers[event.handle.replace('heddle_handle_', '')].signalled = nowMs;
}

const zookeeper = await startZookeeper();
try {
  const { cloud, result } = await runChain({
    directory: join(folder, 'chain'),
    heddle: heddleProgram,
    template: `${checkout}examples/two-servers/template.yaml`,
    deployment: 'shop',
    content: `${checkout}examples/two-servers`,
    bundle,
    store: `${zookeeper.url}/heddle`,
    servers,
    binds: [`${checkout}.tools`, dirname(process.execPath)],
    prepare: (machine) => linkPrograms(machine, { node: process.execPath, 'chef-solo': chefProgram('chef-solo') }),
    onStep: (step) => {
      moments.steps[step] = Date.now();
    },
    onEvent,
  });
  moments.complete = Date.now();
  try {
    if (result.state !== 'CREATE_COMPLETE') throw new Error(result.reason);
    for (const name of servers) {
      const file = join(cloud.machines.get(name).rootDirectory, 'var/lib/heddle/boot.json');
      const { steps } = JSON.parse(await readFile(file, 'utf8'));
      const roles = steps.find(({ step }) => step === 'roles');
      moments.servers[name].begun = Date.parse(roles.startedAt);
      moments.servers[name].converged = Date.parse(roles.startedAt) + roles.durationMs;
    }
  } finally {
    await cloud.close();
  }
} finally {
  await zookeeper.close();
}
await writeFile(join(folder, 'moments.json'), JSON.stringify(moments));
