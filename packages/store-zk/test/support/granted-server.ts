import assert from 'node:assert/strict';
import type { OpenStoreOptions, StoreCredentials } from '@heddle/core';
import { collectBackendParts, type StoreBackend, type ZookeeperServer } from '@heddle/testkit';
import driver from '../../src/index.ts';
import { newRoot } from './backends.ts';

const ADMINISTRATOR = { user: 'admin', password: 'pass-of-admin' };

/** A fresh root, and a node that was granted all that is below it. */
export async function sharedServerWithGrant(server: ZookeeperServer): Promise<StoreBackend> {
  const root = newRoot();
  const all = await grantAll(`${server.url}${root}`);
  const { open, openThroughProxy, dispose } = collectBackendParts(driver);
  const urlTo = (port: number): string => `zk://127.0.0.1:${port}${root}`;
  return {
    open: (options) => open(urlTo(server.port), { ...options, ...all }),
    openCuttable: (options) => openThroughProxy(() => server, urlTo, { ...options, ...all }),
    dispose,
  };
}

/** A root, by its URL, whose administrator hands out rights to nodes. */
export async function backendWithGrants(url: string): Promise<StoreBackend> {
  const { open, dispose } = collectBackendParts(driver);
  const openAs = (credentials: StoreCredentials) => open(url, { credentials });
  const openAdministrator = () => openAs(ADMINISTRATOR);
  return { open: openAdministrator, grants: { openAdministrator, openAs }, dispose };
}

async function grantAll(url: string): Promise<OpenStoreOptions> {
  const admin = await driver.open(url, { credentials: ADMINISTRATOR });
  try {
    const granted = await admin.access?.grant({
      scope: [],
      members: new Map([['node', ['all']]]),
      rules: [{ prefix: [], readers: [], writers: ['all'] }],
    });
    const credentials = granted?.get('node');
    assert.ok(credentials);
    return { credentials };
  } finally {
    await admin.close();
  }
}
