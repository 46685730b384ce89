import {
  HeddleError,
  NodeSession,
  openEpoch,
  RoleReporter,
  readState,
  type Store,
  startEpoch,
  systemClock,
} from '@heddle/core';
import { describe, expect, test } from 'vitest';
import { openFixtureStore, planOf } from '../../core/test/runtime/fixture.ts';
import { retryNode } from '../src/retry/retry-node.ts';

const plan = planOf({ a: { roles: [{ name: 'one' }] }, web: { count: 2, roles: [{ name: 'app' }] } });
type RoleEnd = Parameters<RoleReporter['end']>[0];
const failed: RoleEnd = { state: 'failed', error: new HeddleError('role-failed', 'the disk is full').toJSON() };

/** A node whose role has failed, and whose agent has gone; an entry says that a `heddle up` is there. */
async function scene({ wrap = (store: Store) => store, end = failed, node = 'a' } = {}) {
  const store = await openFixtureStore();
  await startEpoch(store, plan);
  const epoch = await openEpoch(store, 'test');
  const session = await NodeSession.begin({ store, epoch, node: 'a', clock: systemClock });
  await new RoleReporter(session, 'one').end(end);
  await session.remove(epoch.keys.member('a'));
  const put = await store.put(epoch.keys.up(), Buffer.from(JSON.stringify({ since: '2020-01-01T00:00:00.000Z' })), {
    expect: { absent: true },
    liveness: true,
  });
  if (!put.ok) throw new Error('not written');
  const retry = (tell: (text: string) => void = () => undefined) =>
    retryNode({
      store: wrap(store),
      deployment: 'test',
      node,
      role: undefined,
      agentCommand: (name) => `heddle agent --node ${name}`,
      tell,
    });
  const upGoes = () => store.delete(epoch.keys.up(), { expect: { rev: put.rev } });
  const records = async () => (await readState(store, 'test', '1')).roles;
  return { store, epoch, retry, upGoes, records };
}

/** Begin a retry; resolves when it has asked, with what it told. */
function asking(retry: (tell: (text: string) => void) => Promise<void>) {
  return new Promise<{ readonly retrying: Promise<void>; readonly text: string }>((resolve, reject) => {
    const retrying = retry((text) => setImmediate(() => resolve({ retrying, text })));
    retrying.then(() => reject(new Error('it asked for nothing')), reject);
  });
}

describe('a retry that meets the entry of a killed heddle up', () => {
  test('says that nobody runs the node when that entry goes, and leaves the role as it had failed', async () => {
    const { retry, upGoes, records } = await scene();
    const told: string[] = [];
    const { retrying } = await asking((tell) =>
      retry((text) => {
        told.push(text);
        tell(text);
      }),
    );
    await upGoes();
    await expect(retrying).rejects.toMatchObject({ code: 'agent-gone' });
    expect(told).toEqual(['asked to run again: a role one', 'taken back: nobody has begun it']);
    expect(await records()).toMatchObject([{ state: 'failed', error: { message: 'the disk is full' } }]);
  });
});

describe('a retry of a role whose agent has ended with its heddle up', () => {
  test('asks nobody, though the entry of that one is still there', async () => {
    const error = new HeddleError('interrupted', 'a was interrupted', { details: { isLeft: true } }).toJSON();
    const { retry, records } = await scene({ end: { state: 'aborted', error } });
    const told: string[] = [];
    await expect(retry((text) => told.push(text))).rejects.toMatchObject({ code: 'agent-gone' });
    expect(told).toEqual([]);
    expect(await records()).toMatchObject([{ state: 'aborted', error: { code: 'interrupted' } }]);
  });
});

describe('a retry of a group', () => {
  test('says how a member of it is written', async () => {
    const { retry } = await scene({ node: 'web' });
    await expect(retry()).rejects.toMatchObject({
      code: 'not-found',
      message: 'deployment test has no node web; web is a group: write web[0] for one member',
    });
  });
});

describe('a role that a retry left pending', () => {
  test('is asked for by the next one', async () => {
    const { store, epoch, retry } = await scene();
    const key = epoch.keys.role('a', 'one');
    const before = await store.get(key);
    const pending = Buffer.from(JSON.stringify({ state: 'pending', node: 'a', role: 'one', incarnation: '1' }));
    await store.put(key, pending, { expect: { rev: before?.rev ?? '' } });
    const { retrying, text } = await asking(retry);
    expect(text).toBe('asked to run again: a role one');
    const request = await store.get(epoch.keys.retry('a'));
    await store.delete(epoch.keys.retry('a'), { expect: { rev: request?.rev ?? '' } });
    await retrying;
  });
});

describe('a retry that cannot ask', () => {
  test('leaves the role as it had failed', async () => {
    const { retry, records } = await scene({
      wrap: (store) => ({
        ...store,
        async put(key, value, options) {
          if (key.includes('retries')) throw new HeddleError('unavailable', 'no answer');
          return store.put(key, value, options);
        },
      }),
    });
    await expect(retry()).rejects.toMatchObject({ code: 'unavailable' });
    expect(await records()).toMatchObject([{ state: 'failed', error: { message: 'the disk is full' } }]);
  });
});
