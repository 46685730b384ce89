import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HeddleError } from '@heddle/core';
import { findFreePort, type ServerProcess, startServerProcess } from './server-process.ts';

const INSTALL = 'apt-get install --no-install-recommends zookeeper';
const ZOOKEEPER_JAR = '/usr/share/java/zookeeper.jar';
/** Without a binding ZooKeeper says nothing, not even why it does not start. */
const LOG_JAR = '/usr/share/java/slf4j-simple.jar';
const START_ATTEMPTS = 5;
const ANSWER_TIMEOUT_MS = 5000;
/** A server that is starting may take a question and never answer it. */
const READY_TIMEOUT_MS = 250;

/** A ZooKeeper server of one node. */
export interface ZookeeperServer {
  /** `zk://HOST:PORT`, without a root. */
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
  /** The answer to a four-letter word: ruok, srvr, mntr, wchs. */
  ask(word: string): Promise<string>;
  /** End it and remove its data, unless the caller named the directory. */
  close(): Promise<void>;
}

export interface ZookeeperOptions {
  /** The address to listen on. @default 127.0.0.1 */
  readonly host?: string;
  /** @default a free one */
  readonly port?: number;
  /** For its configuration and data; made when absent. @default a temporary one */
  readonly directory?: string;
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
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'heddle-zookeeper-'));
  const removeData = (): void => {
    if (options.directory === undefined) rmSync(directory, { recursive: true, force: true });
  };
  const host = options.host ?? '127.0.0.1';
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await findFreePort(host));
    try {
      const place = { directory, host, port, more: [], removeData };
      return zookeeperOf(await runZookeeper(place), place);
    } catch (error) {
      // Somebody else may have taken the port between its discovery and the start.
      if (options.port === undefined && attempt < START_ATTEMPTS && /in use/.test(String(error))) continue;
      removeData();
      throw error;
    }
  }
}

/** Where a server runs. */
export interface ZookeeperPlace {
  readonly directory: string;
  readonly host: string;
  readonly port: number;
  /** More lines of its configuration. */
  readonly more: readonly string[];
  removeData(): void;
}

/** Make a server out of its first process. */
export function zookeeperOf(first: ServerProcess, place: ZookeeperPlace): ZookeeperServer {
  const { host, port } = place;
  let server = first;
  const start = async (): Promise<void> => {
    if (server.isRunning) server.thaw();
    else server = await runZookeeper(place);
  };
  return {
    url: `zk://${reachable(host)}:${port}`,
    host,
    port,
    stop: () => server.freeze(),
    start,
    kill: () => server.kill(),
    async restart() {
      await server.kill();
      await start();
    },
    ask: (word) => ask(host, port, word),
    async close() {
      await server.kill();
      place.removeData();
    },
  };
}

/** Start the process of a server and wait until it serves. */
export function runZookeeper({ directory, host, port, more }: ZookeeperPlace): Promise<ServerProcess> {
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
    '-cp',
    `${ZOOKEEPER_JAR}:${LOG_JAR}`,
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

function reachable(host: string): string {
  return host === '0.0.0.0' ? '127.0.0.1' : host;
}
