import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { AccessPlan, Key, Store, StoreCredentials } from '@heddle/core';
import { bytes, recordWatch } from '@heddle/testkit';
import { describe, it } from 'vitest';
import driver from '../src/index.ts';
import { rootOf, useServer } from './support/server.ts';

const ABSENT = { expect: { absent: true } } as const;
const ADMINISTRATOR = { user: 'joe', password: 'pass-of-joe' };
const PLAN: AccessPlan = {
  scope: ['shop', '1'],
  members: new Map([
    ['db', ['all', 'node.db']],
    ['web', ['all', 'node.web']],
  ]),
  rules: [
    { prefix: ['shop', '1', 'open'], readers: ['all'], writers: [] },
    { prefix: ['shop', '1', 'members'], readers: [], writers: ['all'] },
    { prefix: ['shop', '1', 'values', 'db', 'host'], readers: ['node.web'], writers: ['node.db'] },
    { prefix: ['shop', '1', 'values', 'db', 'password'], readers: [], writers: ['node.db'] },
  ],
};
const [openKey, host, password] = [
  ['shop', '1', 'open'],
  ['shop', '1', 'values', 'db', 'host'],
  ['shop', '1', 'values', 'db', 'password'],
] as const;

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

  it('a node writes its own values, with guards that it may read, and others read them', async () => {
    const { admin, as } = await granted();
    const opened = await write(admin, openKey, 'open');
    const [db, web] = [await as('db'), await as('web')];
    const guards = [{ key: openKey, rev: opened }];
    const rev = await write(db, host, '10.0.0.1', { guards });
    const recorder = recordWatch(web, host);
    await recorder.told(`state ${host.join('/')}=10.0.0.1`);
    await db.put(host, bytes('10.0.0.2'), { expect: { rev }, guards });
    await recorder.told(`state ${host.join('/')}=10.0.0.2`);
    assert.equal(Buffer.from((await web.get(host))?.value ?? '').toString(), '10.0.0.2');
    await write(db, password, 'for nobody else', { guards });
    await assert.rejects(web.get(password), { code: 'denied' });
  });

  it('all else is denied at once, never absent, and changes nothing', async () => {
    const { admin, as } = await granted();
    const opened = await write(admin, openKey, 'open');
    const secret = await write(admin, password, 'x');
    const foreign = await write(admin, ['other', '1', 'open'], 'open');
    const web = await as('web');
    const denied = { code: 'denied' };
    for (const key of [password, ['shop', '1', 'values', 'db', 'never'], ['other', '1', 'open'], ['shop', 'current']])
      await assert.rejects(web.get(key), denied, key.join('/'));
    for (const prefix of [['shop', '1', 'values'], ['shop'], []]) await assert.rejects(web.list(prefix), denied);
    await assert.rejects(web.put(host, bytes('x'), ABSENT), denied);
    await assert.rejects(web.put(openKey, bytes('x'), { expect: { rev: opened } }), denied);
    await assert.rejects(web.delete(password, { expect: { rev: secret } }), denied);
    const guards = [{ key: ['other', '1', 'open'], rev: foreign }];
    await assert.rejects(web.put(['shop', '1', 'members', 'web'], bytes('x'), { ...ABSENT, guards }), denied);
    await recordWatch(web, password).told('failed denied');
    await recordWatch(web, ['shop', '1', 'values']).told('failed denied');
    assert.deepEqual(
      (await admin.list([])).map(({ key }) => key.join('/')),
      ['other/1/open', 'shop/1/open', 'shop/1/values/db/password'],
    );
  });

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

  it('every node keeps liveness entries among those of the others', async () => {
    const { as } = await granted();
    const [db, web] = [await as('db'), await as('web')];
    const recorder = recordWatch(web, ['shop', '1', 'members']);
    await write(db, ['shop', '1', 'members', 'db'], 'here', { liveness: true });
    await recorder.told('state shop/1/members/db=here');
    await db.close();
    await recorder.told('gone shop/1/members/db');
  });

  it('what its administrator writes again stays readable', async () => {
    const { admin, as } = await granted();
    const rev = await write(admin, openKey, 'opening');
    const web = await as('web');
    await admin.put(openKey, bytes('open'), { expect: { rev } });
    assert.equal(Buffer.from((await web.get(openKey))?.value ?? '').toString(), 'open');
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

  it('a node removes what it wrote, and writes it again', async () => {
    const { as } = await granted();
    const [db, web] = [await as('db'), await as('web')];
    const recorder = recordWatch(web, host);
    for (const text of ['first', 'second']) {
      const rev = await write(db, host, text);
      await recorder.told(`state ${host.join('/')}=${text}`);
      assert.ok((await db.delete(host, { expect: { rev } })).ok);
      await recorder.until('that it is gone', ({ view }) => view.size === 0);
    }
  });

  it('rights that are granted again replace the first ones', async () => {
    const { access, credentials, url } = await granted();
    const smaller = { ...PLAN, rules: PLAN.rules.slice(0, 1) };
    const fresh = await access.grant(smaller);
    await assert.rejects(driver.open(url, { credentials: of(credentials, 'db') }), { code: 'denied' });
    const db = await server.open(url, { credentials: of(fresh, 'db') });
    assert.equal(await db.get(openKey), undefined);
    await assert.rejects(db.get(host), { code: 'denied' });
  });

  it('rights that are taken back open nothing, also on a connection that is there', async () => {
    const { access, as, credentials, url } = await granted();
    const rules = [{ prefix: ['shop', '10', 'open'], readers: ['all'], writers: [] }];
    const next = await access.grant({ ...PLAN, scope: ['shop', '10'], rules });
    const db = await as('db');
    const recorder = recordWatch(db, host);
    await recorder.told('synced');
    await access.revoke(['shop', '1']);
    await assert.rejects(db.get(host), { code: 'denied' });
    await assert.rejects(driver.open(url, { credentials: of(credentials, 'db') }), { code: 'denied' });
    // Those of another epoch stay, also of one whose number begins alike.
    await server.open(url, { credentials: of(next, 'db') });
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

  it('no password is shown in any error', async () => {
    const { url, credentials, access } = await granted();
    const { user, password: secret } = of(credentials, 'db');
    await access.revoke(['shop', '1']);
    const error = await driver
      .open(url, { credentials: { user, password: secret } })
      .catch((thrown: unknown) => thrown);
    assert.doesNotMatch(JSON.stringify(error) + String(error), new RegExp(secret));
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
