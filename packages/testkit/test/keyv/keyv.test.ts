import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store, StoreDriver } from '@heddle/core';
import embedded from '@heddle/store-embedded';
import etcd from '@heddle/store-etcd';
import zookeeper from '@heddle/store-zk';
import * as suite from '@keyv/test-suite';
import * as vitest from 'vitest';
import { startEtcd, startZookeeper } from '../../src/servers/index.ts';
import { keyvOn } from './keyv-adapter.ts';

const { afterAll, afterEach, beforeAll, describe, expect, it } = vitest;

/** A place for entries that nobody else uses. */
interface Place {
  readonly url: string;
  close(): Promise<void> | void;
}

interface StoreUnderTest {
  readonly driver: StoreDriver;
  start(): Promise<Place>;
}

const STORES: Readonly<Record<string, StoreUnderTest>> = {
  embedded: { driver: embedded, start: async () => temporaryFolder() },
  zk: { driver: zookeeper, start: () => startZookeeper() },
  etcd: { driver: etcd, start: () => startEtcd() },
};

/** The parts of the suite that take a store; all cases of them run on every store. */
const PARTS = {
  keyvApiTests: suite.keyvApiTests,
  keyvIteratorTests: suite.keyvIteratorTests,
  keyvNamespaceTest: suite.keyvNamespaceTest,
  keyvValueTests: suite.keyvValueTests,
};

/** What else the suite exports, and why no store can be tested with it. */
const NOT_FOR_A_STORE = {
  default: 'three of the parts above, once more',
  delay: 'a helper of the cases',
  keyvCompresstionTests: 'takes a compressor in place of a store, and keeps its values in a Map',
};

describe("Keyv's test suite", () => {
  it('has no part that takes a store and is not run', () => {
    const known = [...Object.keys(PARTS), ...Object.keys(NOT_FOR_A_STORE)];
    expect(Object.keys(suite).toSorted()).toEqual(known.toSorted());
  });
});

for (const [name, { driver, start }] of Object.entries(STORES)) {
  describe(`Keyv's test suite: ${name}`, () => {
    let place: Place | undefined;
    let store: Store | undefined;
    const { Keyv, adapter, settled } = keyvOn(() => {
      if (store === undefined) throw new Error('the store has not been opened');
      return store;
    });

    beforeAll(async () => {
      place = await start();
      store = await driver.open(place.url);
    });
    // Vitest runs what ends a test last registered first: this comes after the suite's own.
    afterEach(settled);
    afterAll(() => place?.close());
    afterAll(() => store?.close());

    for (const [part, define] of Object.entries(PARTS)) {
      describe(part, () => define(vitest, Keyv, adapter));
    }
  });
}

function temporaryFolder(): Place {
  const parent = mkdtempSync(join(tmpdir(), 'heddle-keyv-'));
  return {
    url: `embedded:${join(parent, 'store')}`,
    close: () => rmSync(parent, { recursive: true, force: true }),
  };
}
