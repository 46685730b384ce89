import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestEncrypted } from 'node:https';
import { join } from 'node:path';
import { HeddleError } from '@heddle/core';
import { execa } from 'execa';
import type { ServerTls } from './certificates.ts';
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
  /** Only encrypted connections; the common name of a client's certificate is the user of who gives no password. @default none are */
  readonly tls?: ServerTls;
  /** Seconds, > 0, until a token that nobody uses ends; of a signed one, until it ends. @default 300 */
  readonly tokenTtlSeconds?: number;
  /** `signed`: JSON web tokens, which carry the state of users and roles that they were made in. @default simple */
  readonly tokens?: 'simple' | 'signed';
}

/**
 * Start Debian's etcd 3.4 on free ports and wait until it serves; it ends with this process at the latest.
 *
 * @throws tool-missing when it is not installed, unavailable when it does not start, config-invalid for users without root.
 */
export async function startEtcd(options: EtcdOptions = {}): Promise<EtcdServer> {
  const { users, tls, tokenTtlSeconds = 300, tokens = 'simple' } = options;
  if (users !== undefined && users['root'] === undefined)
    throw new HeddleError('config-invalid', 'users of an etcd: root has to be one of them');
  const controlled = await controlAccess(tls);
  const flags = { 'auth-token-ttl': String(tokenTtlSeconds) };
  const kind = etcdKind({ flags, tls, signedTtlSeconds: tokens === 'signed' ? tokenTtlSeconds : undefined });
  return startTestServer(kind, options, async (started) => {
    const server = controllable(started, { ...controlled, rootPassword: users?.['root'] });
    if (users) await enableUsers(server, users);
    return server;
  });
}

/** How etcdctl gets to a server. */
interface Control {
  readonly scheme: 'http' | 'https';
  readonly flags: readonly string[];
  readonly rootPassword?: string | undefined;
}

/** etcdctl is a client too: with TLS it trusts and shows what every client has to. */
async function controlAccess(tls: ServerTls | undefined): Promise<Control> {
  if (tls === undefined) return plainControl;
  const { certificateFile, keyFile } = await tls.authority.issue('root');
  return {
    scheme: 'https',
    flags: [`--cacert=${tls.authority.authorityFile}`, `--cert=${certificateFile}`, `--key=${keyFile}`],
  };
}

const plainControl: Control = { scheme: 'http', flags: [] };

interface EtcdRun {
  /** Over those of a server that stands alone. */
  readonly flags?: Readonly<Record<string, string>>;
  readonly tls?: ServerTls | undefined;
  /** Seconds until a signed token ends; undefined: tokens are not signed. */
  readonly signedTtlSeconds?: number | undefined;
}

/** The kind of servers that etcd's are. */
export function etcdKind(run: EtcdRun = {}): TestServerKind {
  return { scheme: run.tls === undefined ? 'etcd' : 'etcds', run: (place) => runEtcd(place, run) };
}

/** Let an etcd server be controlled. */
export function controllable(server: TestServer, access: Control = plainControl): EtcdServer {
  return Object.assign(server, {
    control: (words: readonly string[], input?: string) => control(server, access, words, input),
  });
}

function runEtcd(place: TestServerPlace, { flags: more = {}, tls, signedTtlSeconds }: EtcdRun): Promise<ServerProcess> {
  const { directory, host, port, peerPort } = place;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const clients = `${tls === undefined ? 'http' : 'https'}://${reachable(host)}:${port}`;
  const peers = `http://127.0.0.1:${peerPort}`;
  const flags = {
    name: 'test',
    'data-dir': join(directory, 'data'),
    'listen-client-urls': `${tls === undefined ? 'http' : 'https'}://${host}:${port}`,
    'advertise-client-urls': clients,
    'listen-peer-urls': peers,
    'initial-advertise-peer-urls': peers,
    'initial-cluster': `test=${peers}`,
    logger: 'zap',
    'log-level': 'error',
    // Passwords of tests need no protection, and logins come by the hundred.
    'bcrypt-cost': '4',
    ...(tls === undefined ? {} : tlsFlags(tls)),
    ...(signedTtlSeconds === undefined ? {} : { 'auth-token': signedTokens(directory, signedTtlSeconds) }),
    ...more,
  };
  return startServerProcess({
    name: `etcd on ${host}:${port}`,
    program: 'etcd',
    words: Object.entries(flags).map(([name, value]) => `--${name}=${value}`),
    env: withoutEtcdVariables(process.env),
    isReady: async () => (await health(clients, tls)).includes('true'),
    install: INSTALL,
  });
}

/** What a server says of itself to whoever asks; who asks does not have to trust it. */
function health(url: string, tls: ServerTls | undefined): Promise<string> {
  return new Promise((resolve, reject) => {
    const told = (response: IncomingMessage): void => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on('end', () => resolve(text));
    };
    const options = { timeout: 5000, agent: false } as const;
    const { certificate: cert, key } = tls?.server ?? {};
    const asked =
      tls === undefined
        ? requestPlain(`${url}/health`, options, told)
        : requestEncrypted(`${url}/health`, { ...options, cert, key, rejectUnauthorized: false }, told);
    asked
      .on('timeout', () => asked.destroy(new Error('no answer')))
      .on('error', reject)
      .end();
  });
}

function tlsFlags({ authority, server, needsClients = false }: ServerTls): Readonly<Record<string, string>> {
  return {
    'cert-file': server.certificateFile,
    'key-file': server.keyFile,
    ...(needsClients ? { 'trusted-ca-file': authority.authorityFile, 'client-cert-auth': 'true' } : {}),
  };
}

/** Make the secret that tokens are signed with, unless an earlier run of the server has, and say how they are made. */
function signedTokens(directory: string, ttlSeconds: number): string {
  const secret = join(directory, 'secret-of-tokens');
  if (!existsSync(secret)) writeFileSync(secret, randomBytes(32).toString('hex'), { mode: 0o600 });
  return `jwt,sign-method=HS256,priv-key=${secret},ttl=${ttlSeconds}s`;
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
  { scheme, flags, rootPassword }: Control,
  words: readonly string[],
  input = '',
): Promise<string> {
  const env = etcdctlEnvironment();
  const all = [`--endpoints=${scheme}://${reachable(host)}:${port}`, '--command-timeout=30s', ...flags, ...words];
  const call = (more: NodeJS.ProcessEnv) =>
    execa('etcdctl', all, { env: { ...env, ...more }, extendEnv: false, input, reject: false });
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

function etcdctlEnvironment(): NodeJS.ProcessEnv {
  return { ...withoutEtcdVariables(process.env), ETCDCTL_API: '3' };
}

function withoutEtcdVariables(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('ETCD')));
}
