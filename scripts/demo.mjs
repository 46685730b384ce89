// Runs examples/shop on five machines of this host, then shows the files that the recipes wrote and checks the values in them.

import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const folder = 'examples/shop';
const nodes = join(folder, '.heddle', 'shop', 'nodes');
const names = ['db', 'web-0', 'web-1', 'web-2', 'lb'];

console.log(`demo: heddle up ${folder}/heddle.yaml --isolate machine ${process.argv.slice(2).join(' ')}`);
rmSync(join(folder, '.heddle'), { recursive: true, force: true });
const up = spawnSync(
  'node_modules/.bin/heddle',
  ['up', `${folder}/heddle.yaml`, '--isolate', 'machine', ...process.argv.slice(2)],
  { stdio: 'inherit' },
);
if (up.status !== 0) process.exit(up.status ?? 1);

const read = (node, path) => readFileSync(join(nodes, node, 'root', path), 'utf8');
const setting = (text, name) => new RegExp(`^\\s*"?${name}"?\\s*[:=]\\s*"?([^"\\n]*?)"?\\s*$`, 'm').exec(text)?.[1];

const web = names.filter((name) => name.startsWith('web-'));
const files = [
  ['db', 'etc/shop-db/server.cnf'],
  ['db', 'etc/shop-db/allow.conf'],
  ['web-1', 'etc/shop/app.conf'],
  ['web-1', 'etc/shop/peers.conf'],
  ['lb', 'etc/haproxy/haproxy.cfg'],
];
for (const [node, path] of files) console.log(`\n--- ${node}: /${path}\n${read(node, path).trimEnd()}`);
console.log('\n(passwords are in files of mode 0600 that are not shown here)\n');

const failures = [];
function check(what, isTrue) {
  console.log(`${isTrue ? 'ok  ' : 'FAIL'} ${what}`);
  if (!isTrue) failures.push(what);
}

const hostOf = (node) => read(node, 'etc/hostname').trim();
const addressOf = (node) =>
  new RegExp(`^(\\S+)\\s.*\\b${node}\\b`, 'm').exec(read(node, 'etc/hosts').replace(/^(127\.|::1).*$/gm, ''))?.[1];
const addresses = names.map(addressOf);
check(`five host names: ${names.map(hostOf).join(', ')}`, new Set(names.map(hostOf)).size === 5);
check(
  `five addresses: ${addresses.join(', ')}`,
  new Set(addresses).size === 5 && addresses.every((address) => address !== undefined),
);

const port = setting(read('db', 'etc/shop-db/server.cnf'), 'port');
const password = setting(read('db', 'etc/shop-db/root.cnf'), 'password');
check('the database recipe chose its port and made up a password', port === '3307' && (password?.length ?? 0) >= 16);
for (const node of web) {
  const yaml = read(node, 'etc/shop/database.yml');
  check(
    `${node} has the database's address, port and password`,
    setting(yaml, 'host') === addressOf('db') &&
      setting(yaml, 'port') === port &&
      setting(yaml, 'password') === password,
  );
}
const allow = read('db', 'etc/shop-db/allow.conf');
const balancer = read('lb', 'etc/haproxy/haproxy.cfg');
check(
  'the database allows every web node',
  web.every((node) => allow.includes(addressOf(node))),
);
check(
  'the load balancer has every web node',
  web.every((node) => balancer.includes(`${addressOf(node)}:8080`)),
);

if (failures.length > 0) process.exit(1);
console.log(
  `\nAll is there. The machines' files stay in ${nodes}/NODE/root. Next: npx heddle status --file ${folder}/heddle.yaml`,
);
