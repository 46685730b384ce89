import { randomUUID } from 'node:crypto';
import type { OpenStoreOptions } from '@heddle/core';
import {
  builtPackage,
  collectBackendParts,
  runScript,
  type ScriptProcess,
  type StoreBackend,
  startZookeeper,
  type ZookeeperServer,
} from '@heddle/testkit';
import driver from '../../src/index.ts';

/** The compiled package, for plain Node processes. */
export const built = builtPackage(new URL('../../', import.meta.url));

/** Run a script with `driver` in scope. */
export function runWithDriver(script: string): ScriptProcess {
  return runScript(`import driver from ${JSON.stringify(built.module)};\n${script}`);
}

/** A part of a server that nobody else uses. */
export function newRoot(): string {
  return `/test/${randomUUID()}`;
}

/** A fresh root on a server that others use, too; reached directly, or through a proxy that can be cut. */
export async function sharedServer(server: ZookeeperServer): Promise<StoreBackend> {
  return backendOn(server, newRoot(), '');
}

/** The same for a user, below a root that is open to everybody: what the user writes there is nobody else's. */
export async function sharedServerWithUsers(server: ZookeeperServer): Promise<StoreBackend> {
  const root = newRoot();
  await (await driver.open(`${server.url}${root}`)).close();
  return backendOn(server, root, 'joe:secret@');
}

function backendOn(server: ZookeeperServer, root: string, user: string): StoreBackend {
  const { open, openThroughProxy, dispose } = collectBackendParts(driver);
  const urlTo = (port: number, as = user): string => `zk://${as}127.0.0.1:${port}${root}`;
  return {
    open: (options) => open(urlTo(server.port), options),
    openCuttable: (options) =>
      openThroughProxy(
        () => server,
        (port) => urlTo(port),
        options,
      ),
    ...(user === '' ? {} : { openStranger: () => open(urlTo(server.port, 'eve:secret@')) }),
    child: { module: built.module, url: urlTo(server.port) },
    dispose,
  };
}

/** A root on a server that is reached with these options only, such as one with TLS. */
export async function securedServer(server: ZookeeperServer, all: OpenStoreOptions): Promise<StoreBackend> {
  const root = newRoot();
  const { open, openThroughProxy, encryption, dispose } = collectBackendParts(driver);
  const urlTo = (port: number): string => `${server.url.replace(/\d+$/, String(port))}${root}`;
  return {
    open: (options) => open(urlTo(server.port), { ...options, ...all }),
    openCuttable: (options) => openThroughProxy(() => server, urlTo, { ...options, ...all }),
    encryption: encryption((tls) => startZookeeper({ tls })),
    dispose,
  };
}

/** A server of its own that is frozen, or killed and started again. */
export async function ownServer(fault: 'frozen' | 'killed'): Promise<StoreBackend> {
  const { open, before, after, dispose } = collectBackendParts(driver);
  const server = await startZookeeper();
  before(() => server.start());
  after(() => server.close());
  const url = `${server.url}${newRoot()}`;
  return {
    open: (options) => open(url, options),
    faults: {
      stop: () => (fault === 'frozen' ? server.stop() : server.kill()),
      start: () => server.start(),
      kill: () => server.kill(),
    },
    dispose,
  };
}
