// Takes examples/two-servers the whole way on this host: heddle compile, heddle seed, the real Heat engine, machines that boot with
// cloud-init, the bundle, chef-solo, ZooKeeper. Shows what happens, then the files that the recipes wrote, and checks them.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildBundle } from '@heddle/bundle';
import { linkPrograms, startZookeeper } from '@heddle/testkit';
import { runChain } from '@heddle/testkit/heat';

const checkout = fileURLToPath(new URL('..', import.meta.url));
const example = join(checkout, 'examples/two-servers');
const chefSolo = join(checkout, '.tools/chef/bin/chef-solo');

const startedMs = performance.now();
function say(text) {
  console.log(`${((performance.now() - startedMs) / 1000).toFixed(1).padStart(6)} s  ${text}`);
}

const steps = {
  machines: 'starting one machine for each server',
  compile: 'heddle compile template.yaml: roles out, cloud-init and wait conditions in',
  seed: 'heddle seed plan.json: a new epoch in ZooKeeper',
  stack: 'Heat creates the stack',
};

function told(event) {
  if (event.kind === 'server') say(`Heat asks Nova for server ${event.server}: its machine boots`);
  if (event.kind === 'stage') say(`${event.server}: cloud-init ${event.stage}`);
  if (event.kind === 'signal') say(`${event.handle}: ${event.details.status} ${event.details.reason ?? ''}`);
}

const directory = mkdtempSync(join(tmpdir(), 'heddle-demo-heat-'));
const failures = [];
let zookeeper;
let cloud;
try {
  say('bundling heddle into one file');
  const { file: bundle } = await buildBundle({ outFile: join(directory, 'heddle.mjs') });
  say('starting ZooKeeper');
  zookeeper = await startZookeeper();
  const chain = await runChain({
    directory: join(directory, 'chain'),
    heddle: join(checkout, 'packages/cli/bin/heddle'),
    template: join(example, 'template.yaml'),
    deployment: 'two-servers',
    content: example,
    bundle,
    store: `${zookeeper.url}/heddle`,
    servers: ['db', 'web'],
    binds: [join(checkout, '.tools'), dirname(process.execPath)],
    prepare: (machine) => linkPrograms(machine, { node: process.execPath, 'chef-solo': chefSolo }),
    onStep: (step) => say(steps[step]),
    onEvent: told,
  });
  cloud = chain.cloud;
  say(`${chain.result.state}${chain.result.reason === '' ? '' : `: ${chain.result.reason}`}`);
  if (chain.result.state !== 'CREATE_COMPLETE') failures.push('the stack is complete');
  else show();
} finally {
  await cloud?.close();
  await zookeeper?.close();
  rmSync(directory, { recursive: true, force: true });
}
process.exit(failures.length > 0 ? 1 : 0);

function show() {
  const read = (server, path) => readFileSync(join(cloud.machines.get(server).rootDirectory, path), 'utf8').trimEnd();
  const address = (server) => cloud.machines.get(server).address;
  const hidden = (text) => text.replace(/(IDENTIFIED BY '|password: )\w+/g, '$1********');
  const grants = read('db', 'etc/mysql/grants.sql');
  const settings = read('web', 'etc/shop/database.yml');
  console.log(`\n--- db (${address('db')}): /etc/mysql/grants.sql\n${hidden(grants)}`);
  console.log(`\n--- web (${address('web')}): /etc/shop/database.yml\n${hidden(settings)}\n`);
  const password = /IDENTIFIED BY '(\w+)'/.exec(grants)?.[1];
  check('the database lets in the address of the application server', grants.includes(`'${address('web')}'`));
  check('the application server has the address of the database', settings.includes(`//${address('db')}:`));
  check('both have the same generated password', password !== undefined && settings.includes(password));
}

function check(what, isTrue) {
  console.log(`${isTrue ? 'ok  ' : 'FAIL'} ${what}`);
  if (!isTrue) failures.push(what);
}
