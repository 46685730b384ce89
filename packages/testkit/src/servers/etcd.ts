import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HeddleError } from '@heddle/core';
import { execa } from 'execa';
import { findFreePort, type ServerProcess, startServerProcess } from './server-process.ts';

const INSTALL = 'apt-get install --no-install-recommends etcd-server etcd-client';
const START_ATTEMPTS = 5;

/** An etcd server of one member. */
export interface EtcdServer {
  /** `etcd://HOST:PORT`, without a root and without credentials. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** Make it silent without ending it. */
  stop(): Promise<void>;
  /** Let it answer again after `stop` or `kill`, with its data, at the same address. */
  start(): Promise<void>;
  /** End it with SIGKILL. */
  kill(): Promise<void>;
  /** `kill`, then `start`. */
  restart(): Promise<void>;
  /** Run `etcdctl WORDS` against it, as root when it has users; answers its standard output. */
  control(words: readonly string[], input?: string): Promise<string>;
  /** End it and remove its data, unless the caller named the directory. */
  close(): Promise<void>;
}

export interface EtcdOptions {
  /** The address to listen on. @default 127.0.0.1 */
  readonly host?: string;
  /** Passwords by user name, `root` among them: only these users get in, and all but root may do nothing yet. @default anybody gets in */
  readonly users?: Readonly<Record<string, string>>;
  /** Seconds, > 0, until a token that nobody uses ends. @default 300 */
  readonly tokenTtlSeconds?: number;
  /** For its data; made when absent. @default a temporary one */
  readonly directory?: string;
}

/**
 * Start Debian's etcd 3.4 on free ports and wait until it serves; it ends with this process at the latest.
 *
 * @throws tool-missing when it is not installed, unavailable when it does not start, config-invalid for users without root.
 */
export async function startEtcd(options: EtcdOptions = {}): Promise<EtcdServer> {
  const { users, host = '127.0.0.1' } = options;
  if (users !== undefined && users['root'] === undefined)
    throw new HeddleError('config-invalid', 'users of an etcd: root has to be one of them');
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'heddle-etcd-'));
  const removeData = (): void => {
    if (options.directory === undefined) rmSync(directory, { recursive: true, force: true });
  };
  for (let attempt = 1; ; attempt += 1) {
    const place = { directory, host, port: await findFreePort(host), peerPort: await findFreePort() };
    let first: ServerProcess | undefined;
    try {
      first = await run(place, options);
      const server = serverOf(first, place, options, removeData);
      if (users) await enableUsers(server, users);
      return server;
    } catch (error) {
      await first?.kill();
      // Somebody else may have taken a port between its discovery and the start.
      if (attempt < START_ATTEMPTS && /address already in use/.test(String(error))) continue;
      removeData();
      throw error;
    }
  }
}

interface Place {
  readonly directory: string;
  readonly host: string;
  readonly port: number;
  readonly peerPort: number;
}

function serverOf(first: ServerProcess, place: Place, options: EtcdOptions, removeData: () => void): EtcdServer {
  let server = first;
  const { host, port } = place;
  const start = async (): Promise<void> => {
    if (server.isRunning) server.thaw();
    else server = await run(place, options);
  };
  return {
    url: `etcd://${reachable(host)}:${port}`,
    host,
    port,
    stop: () => server.freeze(),
    start,
    kill: () => server.kill(),
    async restart() {
      await server.kill();
      await start();
    },
    control: (words, input) => control(place, options.users?.['root'], words, input),
    async close() {
      await server.kill();
      removeData();
    },
  };
}

function run(place: Place, { tokenTtlSeconds = 300 }: EtcdOptions): Promise<ServerProcess> {
  const { directory, host, port, peerPort } = place;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const clients = `http://${reachable(host)}:${port}`;
  const peers = `http://127.0.0.1:${peerPort}`;
  const flags = {
    name: 'test',
    'data-dir': join(directory, 'data'),
    'listen-client-urls': `http://${host}:${port}`,
    'advertise-client-urls': clients,
    'listen-peer-urls': peers,
    'initial-advertise-peer-urls': peers,
    'initial-cluster': `test=${peers}`,
    logger: 'zap',
    'log-level': 'error',
    // Passwords of tests need no protection, and logins come by the hundred.
    'bcrypt-cost': '4',
    'auth-token-ttl': String(tokenTtlSeconds),
  };
  return startServerProcess({
    name: `etcd on ${host}:${port}`,
    program: 'etcd',
    words: Object.entries(flags).map(([name, value]) => `--${name}=${value}`),
    env: withoutEtcdVariables(process.env),
    isReady: async () => {
      const answer = await fetch(`${clients}/health`, { signal: AbortSignal.timeout(5000) });
      return answer.ok && (await answer.text()).includes('true');
    },
    install: INSTALL,
  });
}

async function enableUsers(server: EtcdServer, users: Readonly<Record<string, string>>): Promise<void> {
  for (const [user, password] of Object.entries(users)) {
    await server.control(['user', 'add', user, '--interactive=false'], `${password}\n`);
  }
  await server.control(['user', 'grant-role', 'root', 'root']);
  await server.control(['auth', 'enable']);
}

/** Run etcdctl; a password travels in the environment, where no other user sees it. */
async function control(
  { host, port }: Place,
  rootPassword: string | undefined,
  words: readonly string[],
  input = '',
): Promise<string> {
  const env: NodeJS.ProcessEnv = { ...withoutEtcdVariables(process.env), ETCDCTL_API: '3' };
  const flags = [`--endpoints=http://${reachable(host)}:${port}`, '--command-timeout=30s'];
  const call = (more: NodeJS.ProcessEnv) =>
    execa('etcdctl', [...flags, ...words], { env: { ...env, ...more }, extendEnv: false, input, reject: false });
  let result = await call({});
  // Until authentication is enabled nobody has to be anybody; afterwards only root may do this.
  if (result.failed && rootPassword !== undefined && /user name is empty/.test(result.stderr)) {
    result = await call({ ETCDCTL_USER: 'root', ETCDCTL_PASSWORD: rootPassword });
  }
  if (result.code === 'ENOENT') {
    throw new HeddleError('tool-missing', 'etcdctl is not installed', { next: [INSTALL] });
  }
  if (result.failed) {
    throw new HeddleError('unavailable', `etcdctl ${words.slice(0, 2).join(' ')}: ${result.stderr || result.message}`);
  }
  return result.stdout;
}

function withoutEtcdVariables(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('ETCD')));
}

function reachable(host: string): string {
  return host === '0.0.0.0' ? '127.0.0.1' : host;
}
