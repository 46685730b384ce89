import assert from 'node:assert/strict';
import type { AccessPlan, Key, PutOptions, Store, StoreAccess, StoreCredentials } from '@heddle/core';
import { accepted, bytes, create, rejectsWith, replace, textOf } from './entries.ts';
import { recordWatch } from './recorder.ts';
import type { StoreBackend, Theme } from './types.ts';

const ABSENT = { expect: { absent: true } } as const;
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
const OPEN: Key = ['shop', '1', 'open'];
const HOST: Key = ['shop', '1', 'values', 'db', 'host'];
const PASSWORD: Key = ['shop', '1', 'values', 'db', 'password'];

/** Every node has the rights that a plan gives it, and no others. */
export function rights({ runner, knobs, faultTest: test }: Theme): void {
  if (!knobs.canGrant) return;
  const { patienceMs } = knobs;
  runner.describe('rights of nodes', () => {
    test('a node writes its own values, with guards that it may read, and others read them', async (backend) => {
      const { administrator, as } = await granted(backend);
      const guards = [{ key: OPEN, rev: await create(administrator, OPEN, 'open') }];
      const [db, web] = [await as('db'), await as('web')];
      const rev = await write(db, HOST, '10.0.0.1', { ...ABSENT, guards });
      const recorder = recordWatch(web, HOST, patienceMs);
      await recorder.told(`state ${HOST.join('/')}=10.0.0.1`);
      await write(db, HOST, '10.0.0.2', { expect: { rev }, guards });
      await recorder.told(`state ${HOST.join('/')}=10.0.0.2`);
      assert.equal(textOf(await web.get(HOST)), '10.0.0.2');
      await write(db, PASSWORD, 'for nobody else', { ...ABSENT, guards });
      await rejectsWith('denied', web.get(PASSWORD));
    });

    test('all else is denied at once, never absent, and changes nothing', async (backend) => {
      const { administrator, as } = await granted(backend);
      const opened = await create(administrator, OPEN, 'open');
      const secret = await create(administrator, PASSWORD, 'x');
      const foreign = await create(administrator, ['other', '1', 'open'], 'open');
      const web = await as('web');
      for (const key of [PASSWORD, ['shop', '1', 'values', 'db', 'never'], ['other', '1', 'open'], ['shop', 'current']])
        await rejectsWith('denied', web.get(key));
      for (const prefix of [['shop', '1', 'values'], ['shop'], []]) await rejectsWith('denied', web.list(prefix));
      await rejectsWith('denied', web.put(HOST, bytes('x'), ABSENT));
      await rejectsWith('denied', web.put(OPEN, bytes('x'), { expect: { rev: opened } }));
      await rejectsWith('denied', web.delete(PASSWORD, { expect: { rev: secret } }));
      const guards = [{ key: ['other', '1', 'open'], rev: foreign }];
      await rejectsWith('denied', web.put(['shop', '1', 'members', 'web'], bytes('x'), { ...ABSENT, guards }));
      await recordWatch(web, PASSWORD, patienceMs).told('failed denied');
      await recordWatch(web, ['shop', '1', 'values'], patienceMs).told('failed denied');
      assert.deepEqual(
        (await administrator.list([])).map(({ key }) => key.join('/')),
        ['other/1/open', 'shop/1/open', 'shop/1/values/db/password'],
      );
    });

    test('every node keeps liveness entries among those of the others', async (backend) => {
      const { as } = await granted(backend);
      const [db, web] = [await as('db'), await as('web')];
      const recorder = recordWatch(web, ['shop', '1', 'members'], patienceMs);
      await create(db, ['shop', '1', 'members', 'db'], 'here', true);
      await recorder.told('state shop/1/members/db=here');
      await db.close();
      await recorder.told('gone shop/1/members/db');
    });

    test('a node removes what it wrote, and writes it again', async (backend) => {
      const { as } = await granted(backend);
      const [db, web] = [await as('db'), await as('web')];
      const recorder = recordWatch(web, HOST, patienceMs);
      for (const text of ['first', 'second']) {
        const rev = await create(db, HOST, text);
        await recorder.told(`state ${HOST.join('/')}=${text}`);
        accepted(await db.delete(HOST, { expect: { rev } }));
        await recorder.until('that it is gone', ({ view }) => view.size === 0);
      }
    });

    test('what its administrator writes again stays readable', async (backend) => {
      const { administrator, as } = await granted(backend);
      const rev = await create(administrator, OPEN, 'opening');
      const web = await as('web');
      await replace(administrator, OPEN, 'open', rev);
      assert.equal(textOf(await web.get(OPEN)), 'open');
    });

    test('what its administrator removes stays readable, also when that administrator has gone', async (backend) => {
      const { as, another } = await granted(backend);
      const web = await as('web');
      const recorder = recordWatch(web, OPEN, patienceMs);
      for (const text of ['first', 'second']) {
        const administrator = await another();
        const rev = await create(administrator, OPEN, text);
        await recorder.told(`state ${OPEN.join('/')}=${text}`);
        accepted(await administrator.delete(OPEN, { expect: { rev } }));
        await administrator.close();
        await recorder.until('that it is gone', ({ view }) => view.size === 0);
        assert.equal(await web.get(OPEN), undefined);
      }
    });

    test('who may hand out rights knows it, and no node may', async (backend) => {
      const { access, as } = await granted(backend);
      assert.equal(await access.mayGrant(), true);
      const web = await as('web');
      if (web.access === undefined) return;
      assert.equal(await web.access.mayGrant(), false);
      await rejectsWith('denied', web.access.grant(PLAN));
    });

    test('rights that are granted again replace the first ones', async (backend) => {
      const { access, credentials, open } = await granted(backend);
      const fresh = await access.grant({ ...PLAN, rules: PLAN.rules.slice(0, 1) });
      await rejectsWith('denied', open(of(credentials, 'db')));
      const db = await open(of(fresh, 'db'));
      assert.equal(await db.get(OPEN), undefined);
      await rejectsWith('denied', db.get(HOST));
    });

    test('a node that joins gets its rights, and the others keep theirs and their credentials', async (backend) => {
      const { administrator, access, credentials, as, open } = await granted(backend);
      if (access.extend === undefined) return;
      await create(administrator, OPEN, 'open');
      const [db, web] = [await as('db'), await as('web')];
      const added = { prefix: ['shop', '1', 'values', 'late', 'ip'], readers: ['node.web'], writers: ['node.late'] };
      const plan: AccessPlan = {
        ...PLAN,
        members: new Map([...PLAN.members, ['late', ['all', 'node.late']]]),
        rules: [...PLAN.rules, added],
      };
      const joined = await access.extend({ plan, joining: ['late'], added: [added], known: credentials });
      assert.deepEqual([...joined.keys()], ['late']);
      const late = await open(of(joined, 'late'));
      assert.equal(textOf(await late.get(OPEN)), 'open');
      // What one of them writes among the records of all, the others read, whoever came first.
      await create(db, ['shop', '1', 'members', 'db'], 'db');
      await create(late, ['shop', '1', 'members', 'late'], 'late');
      assert.equal(textOf(await late.get(['shop', '1', 'members', 'db'])), 'db');
      assert.equal(textOf(await db.get(['shop', '1', 'members', 'late'])), 'late');
      await create(late, added.prefix, '10.0.0.9');
      assert.equal(textOf(await web.get(added.prefix)), '10.0.0.9');
      await rejectsWith('denied', db.get(added.prefix));
      await rejectsWith('denied', late.get(HOST));
      await rejectsWith('denied', late.put(OPEN, bytes('x'), ABSENT));
      const again = await access.extend({ plan, joining: ['late'], added: [added], known: credentials });
      await (await open(of(again, 'late'))).get(added.prefix);
    });

    test('rights that are taken back open nothing, also on a connection that is there', async (backend) => {
      const { access, as, credentials, open } = await granted(backend);
      const rules = [{ prefix: ['shop', '10', 'open'], readers: ['all'], writers: [] }];
      const next = await access.grant({ ...PLAN, scope: ['shop', '10'], rules });
      const db = await as('db');
      await recordWatch(db, HOST, patienceMs).told('synced');
      await access.revoke(['shop', '1']);
      await rejectsWith('denied', db.get(HOST));
      await rejectsWith('denied', open(of(credentials, 'db')));
      // Those of another epoch stay, also of one whose number begins alike.
      await open(of(next, 'db'));
    });

    test('no password is shown in any error', async (backend) => {
      const { access, credentials, open } = await granted(backend);
      await access.revoke(['shop', '1']);
      const { user, password } = of(credentials, 'db');
      const error = await open({ user, password }).catch((thrown: unknown) => thrown);
      assert.doesNotMatch(JSON.stringify(error) + String(error), new RegExp(password));
    });

    test('sixty nodes get theirs', async (backend) => {
      const names = Array.from({ length: 60 }, (_, index) => `web-${index}`);
      const ip = (name: string): Key => ['big', '1', 'values', name, 'ip'];
      const { credentials, as } = await granted(backend, {
        scope: ['big', '1'],
        members: new Map(names.map((name) => [name, ['all', `node.${name}`]])),
        rules: names.map((name) => ({ prefix: ip(name), readers: ['all'], writers: [`node.${name}`] })),
      });
      assert.equal(credentials.size, 60);
      const [first, last] = [await as('web-0'), await as('web-59')];
      await create(first, ip('web-0'), '10.0.0.1');
      assert.equal(textOf(await last.get(ip('web-0'))), '10.0.0.1');
      await rejectsWith('denied', last.put(ip('web-1'), bytes('x'), ABSENT));
    });
  });
}

interface Granted {
  readonly administrator: Store;
  readonly access: StoreAccess;
  readonly credentials: ReadonlyMap<string, StoreCredentials>;
  open(credentials: StoreCredentials): Promise<Store>;
  /** Open another connection of the administrator. */
  another(): Promise<Store>;
  /** Open a connection of a node. */
  as(node: string): Promise<Store>;
}

async function granted({ grants }: StoreBackend, plan = PLAN): Promise<Granted> {
  assert.ok(grants, 'the knobs promise grants, the backend has none');
  const administrator = await grants.openAdministrator();
  const { access } = administrator;
  assert.ok(access, 'a store that can grant has `access`');
  const credentials = await access.grant(plan);
  const open = (by: StoreCredentials): Promise<Store> => grants.openAs(by);
  const another = (): Promise<Store> => grants.openAdministrator();
  return { administrator, access, credentials, open, another, as: (node) => open(of(credentials, node)) };
}

function of(credentials: ReadonlyMap<string, StoreCredentials>, node: string): StoreCredentials {
  const found = credentials.get(node);
  assert.ok(found, `no credentials for ${node}`);
  return found;
}

async function write(store: Store, key: Key, text: string, options: PutOptions): Promise<string> {
  return accepted(await store.put(key, bytes(text), options));
}
