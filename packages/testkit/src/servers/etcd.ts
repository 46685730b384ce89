import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { HeddleError } from '@heddle/core';
import { execa } from 'execa';
import { type ServerProcess, startServerProcess } from './server-process.ts';
import {
  reachable,
  startTestServer,
  type TestServer,
  type TestServerKind,
  type TestServerOptions,
  type TestServerPlace,
} from './test-server.ts';

const INSTALL = 'apt-get install --no-install-recommends etcd-server etcd-client';

/** An etcd server of one member, at `etcd://HOST:PORT`. */
export interface EtcdServer extends TestServer {
  /** Run `etcdctl WORDS` against it, as root when it has users; answers its standard output. */
  control(words: readonly string[], input?: string): Promise<string>;
}

export interface EtcdOptions extends TestServerOptions {
  /** Passwords without spaces by user name, `root` among them: only these users get in, and all but root may do nothing yet. @default anybody gets in */
  readonly users?: Readonly<Record<string, string>>;
  /** Seconds, > 0, until a token that nobody uses ends. @default 300 */
  readonly tokenTtlSeconds?: number;
}

/**
 * Start Debian's etcd 3.4 on free ports and wait until it serves; it ends with this process at the latest.
 *
 * @throws tool-missing when it is not installed, unavailable when it does not start, config-invalid for users without root.
 */
export async function startEtcd(options: EtcdOptions = {}): Promise<EtcdServer> {
  const { users, tokenTtlSeconds = 300 } = options;
  if (users !== undefined && users['root'] === undefined)
    throw new HeddleError('config-invalid', 'users of an etcd: root has to be one of them');
  const kind = etcdKind({ 'auth-token-ttl': String(tokenTtlSeconds) });
  return startTestServer(kind, options, async (started) => {
    const server = controllable(started, users?.['root']);
    if (users) await enableUsers(server, users);
    return server;
  });
}

/** The kind of servers that etcd's are; `more` are flags over those of a server that stands alone. */
export function etcdKind(more: Readonly<Record<string, string>> = {}): TestServerKind {
  return { scheme: 'etcd', run: (place) => runEtcd(place, more) };
}

/** Let an etcd server be controlled. */
export function controllable(server: TestServer, rootPassword?: string): EtcdServer {
  return Object.assign(server, {
    control: (words: readonly string[], input?: string) => control(server, rootPassword, words, input),
  });
}

function runEtcd(place: TestServerPlace, more: Readonly<Record<string, string>>): Promise<ServerProcess> {
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
    ...more,
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
  { host, port }: TestServer,
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
