import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from './free-port.ts';
import type { ServerProcess } from './server-process.ts';

/** A server for tests: it can fall silent, die and come back, and ends with this process at the latest. */
export interface TestServer {
  /** `SCHEME://HOST:PORT`, without a root and without credentials. */
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
  /** End it and remove its data, unless the caller named the directory. */
  close(): Promise<void>;
}

/** What every server for tests can be told. */
export interface TestServerOptions {
  /** The address to listen on. @default 127.0.0.1 */
  readonly host?: string;
  /** @default a free one */
  readonly port?: number;
  /** For its configuration and data; made when absent. @default a temporary one */
  readonly directory?: string;
}

/** Where a server runs. */
export interface TestServerPlace {
  readonly host: string;
  readonly port: number;
  /** On loopback, for servers that speak with one another. */
  readonly peerPort: number;
  readonly directory: string;
}

/** What makes a server out of a place. */
export interface TestServerKind {
  /** The scheme of its URL: `zk`. */
  readonly scheme: string;
  /** Start its process and wait until it serves. */
  run(place: TestServerPlace): Promise<ServerProcess>;
}

/**
 * Start a server at a free port, or the one that the options name.
 *
 * @param prepare  Done once it serves; what it throws ends the server.
 * @throws What `run` and `prepare` throw.
 */
export async function startTestServer<T extends TestServer>(
  kind: TestServerKind,
  options: TestServerOptions,
  prepare: (server: TestServer) => Promise<T>,
): Promise<T> {
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), `heddle-${kind.scheme}-`));
  const removeData = (): void => {
    if (options.directory === undefined) rmSync(directory, { recursive: true, force: true });
  };
  const host = options.host ?? '127.0.0.1';
  const place = { directory, host, port: options.port ?? (await findFreePort(host)), peerPort: await findFreePort() };
  let first: ServerProcess | undefined;
  try {
    first = await kind.run(place);
    return await prepare(testServer(kind, place, first, removeData));
  } catch (error) {
    await first?.kill();
    removeData();
    throw error;
  }
}

/** Make a server out of its first process. */
export function testServer(
  { scheme, run }: TestServerKind,
  place: TestServerPlace,
  first: ServerProcess,
  removeData: () => void,
): TestServer {
  const { host, port } = place;
  let server = first;
  const start = async (): Promise<void> => {
    if (server.isRunning) server.thaw();
    else server = await run(place);
  };
  return {
    url: `${scheme}://${reachable(host)}:${port}`,
    host,
    port,
    stop: () => server.freeze(),
    start,
    kill: () => server.kill(),
    async restart() {
      await server.kill();
      await start();
    },
    async close() {
      await server.kill();
      removeData();
    },
  };
}

/** An address at which a server that listens on `host` is reached from this machine. */
export function reachable(host: string): string {
  return host === '0.0.0.0' ? '127.0.0.1' : host;
}
