import assert from 'node:assert/strict';
import type { OpenStoreOptions } from '@heddle/core';
import { collectBackendParts, type StoreBackend, type ZookeeperServer } from '@heddle/testkit';
import driver from '../../src/index.ts';
import { newRoot } from './backends.ts';

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

async function grantAll(url: string): Promise<OpenStoreOptions> {
  const admin = await driver.open(url, { credentials: { user: 'admin', password: 'pass-of-admin' } });
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
