import { expect, it } from 'vitest';
import type { WaitRecord } from '../../src/records/wait-record.ts';
import { parse } from '../../src/runtime/epoch.ts';
import { begin, planOf } from './fixture.ts';

async function scene() {
  const plan = planOf({
    db: { roles: [{ name: 'mysql', inputs: { url: '${web.url}' }, outputs: { port: 'port' } }] },
    web: { roles: [{ name: 'app', outputs: { url: 'url' } }] },
  });
  const { nodes, store, epoch } = await begin(plan);
  const [db, web] = [nodes['db'], nodes['web']];
  if (db === undefined || web === undefined) throw new Error('no node');
  const recorded = async () => {
    const entry = await store.get(epoch.keys.wait('db', 'mysql', 1));
    return entry === undefined ? undefined : parse<WaitRecord>(entry);
  };
  return { db, web, recorded };
}

it('a wait is recorded when what its role has written is acknowledged, not before', async () => {
  const { db, web, recorded } = await scene();
  let acknowledge: () => void = () => undefined;
  let asked: () => void = () => undefined;
  const isAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const written = () =>
    new Promise<void>((resolve) => {
      acknowledge = resolve;
      asked();
    });
  const read = db.read('mysql', 'url', { written });
  await isAsked;
  expect(await recorded()).toBeUndefined();
  const next = db.nextRecord();
  acknowledge();
  await next;
  expect(await recorded()).toMatchObject({ edge: true });
  await web.publish('app', 'url', 'http://web/');
  expect(await read).toMatchObject({ value: 'http://web/' });
});

it('a role that writes while it waits is blocked by none of its waits', async () => {
  const { db, web, recorded } = await scene();
  const next = db.nextRecord();
  const read = db.read('mysql', 'url');
  await next;
  expect(await recorded()).toMatchObject({ edge: true });
  await db.awaiter.writes('mysql');
  expect(await recorded()).toMatchObject({ edge: false });
  await web.publish('app', 'url', 'http://web/');
  expect(await read).toMatchObject({ value: 'http://web/' });
});
