import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { HeddleError } from '@heddle/core';
import type { ServerTls } from './certificates.ts';
import { findFreePort } from './free-port.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';
import {
  reachable,
  startTestServer,
  type TestServer,
  type TestServerKind,
  type TestServerOptions,
  type TestServerPlace,
} from './test-server.ts';

const INSTALL = 'apt-get install --no-install-recommends zookeeper';
const ZOOKEEPER_JAR = '/usr/share/java/zookeeper.jar';
const JAVA = '/usr/share/java';
/** Without a binding ZooKeeper says nothing, not even why it does not start. */
const LOG_JAR = '/usr/share/java/slf4j-simple.jar';
const ANSWER_TIMEOUT_MS = 5000;
/** A server that is starting may take a question and never answer it. */
const READY_TIMEOUT_MS = 250;

/** A ZooKeeper server of one node, at `zk://HOST:PORT`. */
export interface ZookeeperServer extends TestServer {
  /** The answer to a four-letter word: ruok, srvr, mntr, wchs. */
  ask(word: string): Promise<string>;
}

export interface ZookeeperOptions extends TestServerOptions {
  /** Clients are served encrypted, at `zks://HOST:PORT`. @default they are not */
  readonly tls?: ServerTls;
  /** A member of an ensemble whose others are never there: it takes clients that only read. @default false */
  readonly isReadOnly?: boolean;
}

/**
 * Start Debian's ZooKeeper and wait until it serves; it ends with this process at the latest.
 *
 * Sessions may last from 400 ms to 10 min. Nobody limits the connections from one address.
 * @throws tool-missing when it is not installed, unavailable when it does not start.
 */
export async function startZookeeper(options: ZookeeperOptions = {}): Promise<ZookeeperServer> {
  if (!existsSync(ZOOKEEPER_JAR)) {
    throw new HeddleError('tool-missing', `ZooKeeper is not installed: there is no ${ZOOKEEPER_JAR}`, {
      next: [INSTALL],
    });
  }
  const { tls, isReadOnly = false } = options;
  if (tls === undefined) {
    const kind = isReadOnly ? await readOnlyKind() : zookeeperKind();
    return startTestServer(kind, options, async (server) => askable(server));
  }
  let askPort = 0;
  const run = (place: TestServerPlace): Promise<ServerProcess> => {
    // What is asked in four letters is asked at a second port, which is not encrypted.
    askPort = place.peerPort;
    return runZookeeper({ ...place, port: askPort }, secureLines(place, tls), secureWords());
  };
  return startTestServer({ scheme: 'zks', run }, options, async (server) => askable(server, askPort));
}

function secureLines({ directory, host, port }: TestServerPlace, tls: ServerTls): readonly string[] {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const keys = join(directory, 'server.pem');
  writeFileSync(keys, `${tls.server.key}${tls.server.certificate}`, { mode: 0o600 });
  return [
    `secureClientPort=${port}`,
    `secureClientPortAddress=${host}`,
    `ssl.keyStore.location=${keys}`,
    'ssl.keyStore.type=PEM',
    `ssl.trustStore.location=${tls.authority.authorityFile}`,
    'ssl.trustStore.type=PEM',
    `ssl.clientAuth=${tls.needsClients === true ? 'need' : 'none'}`,
  ];
}

/** The usual connection factory serves no encrypted port. */
function secureWords(): readonly string[] {
  return ['-Dzookeeper.serverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory'];
}

/** The kind of servers that ZooKeeper's are; `more` are lines of their configuration. */
export function zookeeperKind(more: readonly string[] = []): TestServerKind {
  return { scheme: 'zk', run: (place) => runZookeeper(place, more) };
}

async function readOnlyKind(): Promise<TestServerKind> {
  const ports = await Promise.all([1, 2, 3, 4].map(() => findFreePort()));
  const [own, ownElection, other, otherElection] = ports;
  const more = [
    'initLimit=50',
    'syncLimit=100',
    `server.1=127.0.0.1:${own}:${ownElection}`,
    `server.2=127.0.0.1:${other}:${otherElection}`,
  ];
  return {
    scheme: 'zk',
    run(place) {
      const data = join(place.directory, 'data');
      mkdirSync(data, { recursive: true, mode: 0o700 });
      writeFileSync(join(data, 'myid'), '1');
      return runZookeeper(place, more, ['-Dreadonlymode.enabled=true']);
    },
  };
}

/** Let a ZooKeeper server be asked. */
export function askable(server: TestServer, port = server.port): ZookeeperServer {
  return Object.assign(server, { ask: (word: string) => ask(server.host, port, word) });
}

function runZookeeper(
  { directory, host, port }: TestServerPlace,
  more: readonly string[],
  javaWords: readonly string[] = [],
): Promise<ServerProcess> {
  mkdirSync(join(directory, 'data'), { recursive: true, mode: 0o700 });
  const config = join(directory, 'zoo.cfg');
  writeFileSync(config, configuration(join(directory, 'data'), host, port, more));
  const words = [
    '-Xmx256m',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-Dzookeeper.admin.enableServer=false',
    '-Dzookeeper.jmx.log4j.disable=true',
    // What a killed process has written is in the kernel; only a crash of the whole machine needs more.
    '-Dzookeeper.forceSync=no',
    '-Dzookeeper.preAllocSize=1024',
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
    ...javaWords,
    '-cp',
    [ZOOKEEPER_JAR, LOG_JAR, ...(javaWords.length === 0 ? [] : nettyJars())].join(':'),
    'org.apache.zookeeper.server.quorum.QuorumPeerMain',
    config,
  ];
  return startServerProcess({
    name: `ZooKeeper on ${host}:${port}`,
    program: 'java',
    words,
    isReady: async () => (await ask(host, port, 'srvr', READY_TIMEOUT_MS)).includes('Mode:'),
    install: INSTALL,
  });
}

/** Debian's class path of ZooKeeper lacks a part of what an encrypted port needs. */
function nettyJars(): readonly string[] {
  return readdirSync(JAVA)
    .filter((name) => /^netty-[a-z-]+\.jar$/.test(name) && name !== 'netty-all.jar')
    .map((name) => join(JAVA, name));
}

function configuration(dataDirectory: string, host: string, port: number, more: readonly string[]): string {
  return [
    `dataDir=${dataDirectory}`,
    `clientPort=${port}`,
    `clientPortAddress=${host}`,
    'tickTime=200',
    'minSessionTimeout=400',
    'maxSessionTimeout=600000',
    'maxClientCnxns=0',
    '4lw.commands.whitelist=ruok,srvr,mntr,wchs',
    ...more,
    '',
  ].join('\n');
}

function ask(host: string, port: number, word: string, timeoutMs = ANSWER_TIMEOUT_MS): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect({ host: reachable(host), port }, () => void socket.write(word));
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no answer to ${word} within ${timeoutMs} ms`)));
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString();
    });
    socket.once('error', reject);
    socket.once('close', () => resolve(answer));
  });
}
