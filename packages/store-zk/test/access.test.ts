import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { AccessPlan, Key, Store, StoreCredentials } from '@heddle/core';
import { bytes, recordWatch, storeConformance } from '@heddle/testkit';
import { describe, it } from 'vitest';
import driver from '../src/index.ts';
import { backendWithGrants } from './support/granted-server.ts';
import { rootOf, useServer } from './support/server.ts';

const ABSENT = { expect: { absent: true } } as const;
const ADMINISTRATOR = { user: 'joe', password: 'pass-of-joe' };
const PLAN: AccessPlan = {
  scope: ['shop', '1'],
  members: new Map([
    ['db', ['all', 'node.db']],
    ['web', ['all', 'node.web']],
  ]),
  rules: [{ prefix: ['shop', '1', 'values', 'db', 'host'], readers: ['node.web'], writers: ['node.db'] }],
};
const host: Key = ['shop', '1', 'values', 'db', 'host'];

describe('store conformance: zk, rights of nodes', () => {
  const server = useServer();
  const cases = storeConformance({ describe, it }, () => backendWithGrants(server.newUrl()), {
    canGrant: true,
    faultsOnly: true,
  });
  it('has all its cases', () => assert.equal(cases, 12));
});

describe('a ZooKeeper on which nodes have rights of their own', () => {
  const server = useServer();

  async function granted(plan = PLAN) {
    const url = server.newUrl();
    const admin = await server.open(url, { credentials: ADMINISTRATOR });
    assert.ok(admin.access);
    const credentials = await admin.access.grant(plan);
    const as = (node: string): Promise<Store> => server.open(url, { credentials: of(credentials, node) });
    return { url, admin, access: admin.access, credentials, as };
  }

  it('a write of a node whose answer was lost is done once, and not denied', async () => {
    const { url, credentials } = await granted();
    const way = await server.proxied(url);
    const db = await server.open(way.url, { credentials: of(credentials, 'db') });
    const web = await server.open(url, { credentials: of(credentials, 'web') });
    const recorder = recordWatch(web, host);
    await recorder.told('synced');
    way.cutAnswers();
    const writing = write(db, host, '10.0.0.1', { timeoutMs: 20_000 });
    await recorder.told(`state ${host.join('/')}=10.0.0.1`);
    way.heal();
    assert.equal(await writing, (await web.get(host))?.rev);
  });

  it('only who connects with a password of its own may hand out rights', async () => {
    const { access, as } = await granted();
    assert.equal(await access.mayGrant(), true);
    assert.equal((await as('web')).access, undefined);
    assert.equal((await server.open(server.newUrl())).access, undefined);
  });

  it('somebody else who connects with a password sees nothing', async () => {
    const { url } = await granted();
    await assert.rejects(driver.open(url, { credentials: { user: 'eve', password: 'x' } }), { code: 'denied' });
  });

  it('what nodes get to know of the administrator is no digest of its password', async () => {
    const { credentials } = await granted();
    const { user, password } = ADMINISTRATOR;
    const digest = createHash('sha1').update(`${user}:${password}`).digest('base64');
    assert.ok(!JSON.stringify([...credentials]).includes(digest));
  });

  it('what rights were taken back from belongs to the administrator by its own name too, so that every other tool can remove it', async () => {
    const { access, as, url } = await granted();
    await write(await as('db'), host, '10.0.0.1');
    const byItsOwnName = await server.raw([ADMINISTRATOR]);
    const path = `${rootOf(url)}/shop/1/values/db/host`;
    await assert.rejects(byItsOwnName.children(path), { code: 'denied' });
    await access.revoke(['shop', '1']);
    const [mark] = (await byItsOwnName.children(path)) ?? [];
    assert.ok(mark);
    assert.deepEqual(await byItsOwnName.commit([{ do: 'remove', path: `${path}/${mark}` }]), { ok: true });
  });

  it('a thousand nodes get theirs, with three requests each at most', async () => {
    const names = Array.from({ length: 1000 }, (_, index) => `web-${index}`);
    const plan: AccessPlan = {
      scope: ['big', '1'],
      members: new Map(names.map((name) => [name, ['all', `node.${name}`]])),
      rules: names.map((name) => ({
        prefix: ['big', '1', 'values', name, 'ip'],
        readers: ['all'],
        writers: [`node.${name}`],
      })),
    };
    const url = server.newUrl();
    const admin = await server.open(url, { credentials: ADMINISTRATOR });
    const before = await server.requests();
    const credentials = await admin.access?.grant(plan, { timeoutMs: 60_000 });
    const sent = (await server.requests()) - before;
    assert.ok(sent > 1000 && sent < 3000, `${sent} requests`);
    assert.equal(credentials?.size, 1000);
    const as = (node: string) => server.open(url, { credentials: of(credentials, node) });
    const [first, last] = [await as('web-0'), await as('web-999')];
    await write(first, ['big', '1', 'values', 'web-0', 'ip'], '10.0.0.1');
    assert.ok(await last.get(['big', '1', 'values', 'web-0', 'ip']));
    await assert.rejects(last.put(['big', '1', 'values', 'web-0', 'ip'], bytes('x'), ABSENT), { code: 'denied' });
  });

  it('rights that were half given when the server went out of reach are given the next time', async () => {
    const way = await server.proxied(server.newUrl());
    const admin = await server.open(way.url, { credentials: ADMINISTRATOR });
    assert.ok(admin.access);
    way.cutAnswers();
    await assert.rejects(admin.access.grant(PLAN, { timeoutMs: 500 }), { code: 'unavailable' });
    way.heal();
    const credentials = await admin.access.grant(PLAN, { timeoutMs: 60_000 });
    const db = await server.open(way.url, { credentials: of(credentials, 'db') });
    await write(db, host, '10.0.0.1');
    const web = await server.open(way.url, { credentials: of(credentials, 'web') });
    assert.ok(await web.get(host));
  });
});

function of(credentials: ReadonlyMap<string, StoreCredentials>, node: string): StoreCredentials {
  const found = credentials.get(node);
  assert.ok(found);
  return found;
}

async function write(
  store: Store,
  key: Key,
  text: string,
  options: Partial<Parameters<Store['put']>[2]> = {},
): Promise<string> {
  const result = await store.put(key, bytes(text), { ...ABSENT, ...options });
  assert.ok(result.ok);
  return result.rev;
}
