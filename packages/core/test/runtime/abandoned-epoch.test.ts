import { HeddleError, type Store, startEpoch } from '@heddle/core';
import etcd from '@heddle/store-etcd';
import { type EtcdServer, startEtcd } from '@heddle/testkit';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { holdingPut, openFixtureStore, planOf, unableToClose } from './fixture.ts';

const plan = planOf({ db: { roles: [{ name: 'base', outputs: { port: 'port' } }] } });
const administrator = { user: 'root', password: 'of-the-administrator' };

const isCurrent = (key: readonly string[]): boolean => key.join('/') === 'test/current';

async function stateOf(store: Store, epoch: string): Promise<unknown> {
  const entry = await store.get(['test', epoch, 'open']);
  return entry === undefined ? undefined : (JSON.parse(Buffer.from(entry.value).toString()) as unknown);
}

describe('an epoch that was begun and never made current', () => {
  let server: EtcdServer;
  let root = 0;
  beforeAll(async () => {
    server = await startEtcd({ users: { [administrator.user]: administrator.password } });
  });
  afterAll(() => server.close());

  async function begin() {
    root += 1;
    const store = await etcd.open(`${server.url}/root-${root}`, { credentials: administrator });
    onTestFinished(() => store.close());
    const name = `/root-${root}/test/`;
    const users = async () => {
      const text = await server.control(['user', 'list']);
      return text.split('\n').flatMap((user) => (user.startsWith(name) ? [user.slice(name.length)] : []));
    };
    return { store, users, start: (on: Store) => startEpoch(on, plan, { access: 'node' }) };
  }

  it('is closed, and its nodes lose their rights, when the next one starts', async () => {
    const { store, users, start } = await begin();
    const held = holdingPut(store, isCurrent);
    const stopped = start(held.store);
    await held.reached;
    expect(await users()).toEqual(['1/db/']);
    await start(store);
    expect(await users()).toEqual(['2/db/']);
    expect(await stateOf(store, '1')).toEqual({ state: 'closed' });
    held.release();
    await expect(stopped).rejects.toMatchObject({ code: 'fenced' });
  });

  it('is closed at once, and its nodes lose their rights, by the start that lost to another', async () => {
    const { store, users, start } = await begin();
    const [first, second] = [holdingPut(store, isCurrent), holdingPut(store, isCurrent)];
    const won = start(first.store);
    await first.reached;
    const lost = start(second.store);
    await second.reached;
    first.release();
    expect((await won).keys.epoch).toBe('1');
    second.release();
    await expect(lost).rejects.toMatchObject({ code: 'fenced' });
    expect(await users()).toEqual(['1/db/']);
    expect(await stateOf(store, '2')).toEqual({ state: 'closed' });
    expect(await stateOf(store, '1')).toMatchObject({ state: 'open' });
  });

  it('is closed at once by the start that failed', async () => {
    const { store, users, start } = await begin();
    const full: Store = {
      ...store,
      put(key, value, options) {
        if (key.includes('plan')) return Promise.reject(new HeddleError('too-large', 'the plan is too large'));
        return store.put(key, value, options);
      },
    };
    await expect(start(full)).rejects.toMatchObject({ code: 'too-large' });
    expect(await users()).toEqual([]);
    expect(await stateOf(store, '1')).toEqual({ state: 'closed' });
  });
});

it('epochs that could not be closed by the start after them are closed by the next', async () => {
  const store = await openFixtureStore();
  await store.put(['test', '1', 'open'], Buffer.from('{"state":"opening"}'), { expect: { absent: true } });
  expect((await startEpoch(unableToClose(store, '1'), plan)).keys.epoch).toBe('2');
  expect(await stateOf(store, '1')).toEqual({ state: 'opening' });
  expect((await startEpoch(store, plan)).keys.epoch).toBe('3');
  expect(await stateOf(store, '1')).toEqual({ state: 'closed' });
  expect(await stateOf(store, '2')).toEqual({ state: 'closed' });
});
