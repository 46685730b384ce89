// Takes a template of examples/ the whole way on this host: heddle compile, heddle seed, the real Heat engine, machines that boot with
// cloud-init, the bundle, chef-solo, ZooKeeper. Shows what happens, then the files that the recipes wrote, and checks them.
// node scripts/demo-heat.mjs [two-servers|wordpress]

import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildBundle } from '@heddle/bundle';
import { createAuthority, linkPrograms, startZookeeper } from '@heddle/testkit';
import { runChain } from '@heddle/testkit/heat';

const checkout = fileURLToPath(new URL('..', import.meta.url));
const name = process.argv[2] ?? 'two-servers';
const chefSolo = join(checkout, '.tools/chef/bin/chef-solo');

const startedMs = performance.now();
function say(text) {
  console.log(`${((performance.now() - startedMs) / 1000).toFixed(1).padStart(6)} s  ${text}`);
}

const examples = {
  'two-servers': { show: showTwoServers },
  wordpress: { show: showWordpress, parameters: { install_packages: false } },
};
if (!Object.hasOwn(examples, name)) {
  console.error(`no such template: ${name}; there are: ${Object.keys(examples).join(', ')}`);
  process.exit(2);
}
const example = join(checkout, 'examples', name);

/** The first machine of the cloud, where the others reach the store. */
const storeAddress = '10.77.0.10';

const steps = {
  machines: 'starting one machine for each server',
  compile: 'heddle compile template.yaml: roles out, cloud-init and wait conditions in',
  seed: 'heddle seed plan.json: a new epoch in ZooKeeper, with a user for each machine',
  stack: 'Heat creates the stack',
};

function told(event) {
  if (event.kind === 'server') say(`Heat asks Nova for server ${event.server}: its machine boots`);
  if (event.kind === 'stage') say(`${event.server}: cloud-init ${event.stage}`);
  if (event.kind === 'signal') say(`${event.handle}: ${event.details.status} ${event.details.reason ?? ''}`);
}

const directory = mkdtempSync(join(tmpdir(), 'heddle-demo-heat-'));
const failures = [];
let authority;
let zookeeper;
let cloud;
let outputs;
try {
  say('bundling heddle into one file');
  const { file: bundle } = await buildBundle({ outFile: join(directory, 'heddle.mjs') });
  say('starting ZooKeeper, with TLS');
  authority = await createAuthority();
  const names = ['DNS:localhost', 'IP:127.0.0.1', `IP:${storeAddress}`];
  zookeeper = await startZookeeper({ tls: { authority, server: await authority.issue('store', { names }) } });
  const chain = await runChain({
    directory: join(directory, 'chain'),
    heddle: join(checkout, 'packages/cli/bin/heddle'),
    template: join(example, 'template.yaml'),
    deployment: name,
    content: example,
    bundle,
    store: `${zookeeper.url}/heddle`,
    storeUser: { user: 'root', password: randomBytes(16).toString('hex') },
    storeAuthorities: authority.authorityFile,
    parameters: () => examples[name].parameters ?? {},
    servers: ['db', 'web'],
    binds: [join(checkout, '.tools'), dirname(process.execPath)],
    prepare: (machine) => linkPrograms(machine, { node: process.execPath, 'chef-solo': chefSolo }),
    onStep: (step) => say(steps[step]),
    onEvent: told,
  });
  cloud = chain.cloud;
  outputs = chain.result.outputs;
  say(`${chain.result.state}${chain.result.reason === '' ? '' : `: ${chain.result.reason}`}`);
  if (chain.result.state !== 'CREATE_COMPLETE') failures.push('the stack is complete');
  else examples[name].show();
} finally {
  await cloud?.close();
  await zookeeper?.close();
  authority?.remove();
  rmSync(directory, { recursive: true, force: true });
}
process.exit(failures.length > 0 ? 1 : 0);

function read(server, path) {
  return readFileSync(join(cloud.machines.get(server).rootDirectory, path), 'utf8').trimEnd();
}

function address(server) {
  return cloud.machines.get(server).address;
}

/** Print a file that a recipe wrote, without the secrets in it; gives its text. */
function show(server, path) {
  const text = read(server, path);
  const hidden = text.replace(/(IDENTIFIED BY '|password: |_PASSWORD', '|_KEY', '|_SALT', ')\w+/g, '$1********');
  console.log(`\n--- ${server} (${address(server)}): /${path}\n${hidden}`);
  return text;
}

function showTwoServers() {
  const grants = show('db', 'etc/mysql/grants.sql');
  const settings = show('web', 'etc/shop/database.yml');
  const password = /IDENTIFIED BY '(\w+)'/.exec(grants)?.[1];
  console.log('');
  check('the database lets in the address of the application server', grants.includes(`'${address('web')}'`));
  check('the application server has the address of the database', settings.includes(`//${address('db')}:`));
  check('both have the same generated password', password !== undefined && settings.includes(password));
}

function showWordpress() {
  const server = show('db', 'etc/mysql/mariadb.conf.d/60-server.cnf');
  const site = show('db', 'etc/mysql/site.sql');
  const host = show('web', 'etc/apache2/sites-available/wordpress.conf');
  const config = show('web', `etc/wordpress/config-${address('web')}.php`);
  const password = /IDENTIFIED BY '(\w+)'/.exec(site)?.[1];
  console.log(`\noutputs: ${JSON.stringify(outputs)}`);
  check('the database listens on its own address', server.includes(`bind-address = ${address('db')}\n`));
  check('it lets in the address of the web server', site.includes(`@'${address('web')}'`));
  check('the web server answers to its own address', host.includes(`ServerName ${address('web')}\n`));
  check('it has the address and the port of the database', config.includes(`'${address('db')}:3306'`));
  check('it has the password that the database made up', password !== undefined && config.includes(`'${password}'`));
}

function check(what, isTrue) {
  console.log(`${isTrue ? 'ok  ' : 'FAIL'} ${what}`);
  if (!isTrue) failures.push(what);
}
