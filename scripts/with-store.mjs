// Starts a store's server on a free loopback port, runs a command with HEDDLE_STORE and its credentials set, and stops the server.
// node scripts/with-store.mjs embedded|zk|etcd COMMAND [WORD ...]

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { startEtcd, startZookeeper } from '@heddle/testkit';

/** ZooKeeper's digest scheme takes any user; etcd's root may do everything. The password protects a server that lives as long as one command. */
const user = 'root';
const password = 'only-for-this-run';

const servers = {
  embedded: async () => undefined,
  zk: () => startZookeeper({}),
  etcd: () => startEtcd({ users: { [user]: password } }),
};

const [name, ...command] = process.argv.slice(2);
if (!Object.hasOwn(servers, name ?? '') || command[0] === undefined) {
  console.error('usage: node scripts/with-store.mjs embedded|zk|etcd COMMAND [WORD ...]');
  process.exit(2);
}

const server = await servers[name]();
const environment =
  server === undefined
    ? {}
    : { HEDDLE_STORE: `${server.url}/heddle`, HEDDLE_STORE_USER: user, HEDDLE_STORE_PASSWORD: password };
const { HEDDLE_STORE: _inherited, ...inherited } = process.env;
const child = spawn(command[0], command.slice(1), { stdio: 'inherit', env: { ...inherited, ...environment } });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
let status = 127;
try {
  const [code, signal] = await once(child, 'exit');
  status = code ?? 128 + constants.signals[signal];
} catch (error) {
  console.error(`${command[0]} cannot be started: ${error.message}`);
} finally {
  await server?.close();
}
process.exit(status);
