import { type Entry, type Key, parseCondition, readState, type Store } from '@heddle/core';
import { expect, test } from 'vitest';
import { begin, planOf } from '../../core/test/runtime/fixture.ts';
import { awaitConditions } from '../src/wait/await-conditions.ts';

/** A store whose watches on some keys tell of changes only when they are released. */
function holdingWatch(
  store: Store,
  isHeld: (key: Key) => boolean,
): { readonly store: Store; readonly release: () => void } {
  const held: (() => void)[] = [];
  const holding: Store = {
    ...store,
    watch: (prefix, handler) =>
      isHeld(prefix)
        ? store.watch(prefix, { ...handler, state: (entry: Entry) => void held.push(() => handler.state(entry)) })
        : store.watch(prefix, handler),
  };
  return { store: holding, release: () => held.forEach((tell) => tell()) };
}

test('a value of which the watch tells later than of the end of its role is not given up', async () => {
  const plan = planOf({ db: { roles: [{ name: 'mysql', outputs: { port: 'port' } }] } });
  const { store, nodes } = await begin(plan);
  const { store: holding, release } = holdingWatch(store, (key) => key[2] === 'values');
  const first = { ...(await readState(store, 'test')), present: new Set<string>() };
  const conditions = [parseCondition('value=db.port', plan.nodes)];
  const wait = awaitConditions(holding, first, {
    conditions,
    failOnAny: false,
    timeoutMs: 60_000,
    print: () => undefined,
  });
  const reporter = await nodes['db']?.run('mysql');
  await nodes['db']?.publish('mysql', 'port', 3306);
  await reporter?.end({ state: 'done' });
  // A second wait that begins now sees both: it has looked at the end of the role for certain when it is done.
  const after = { ...(await readState(store, 'test')), present: new Set<string>() };
  await awaitConditions(store, after, { conditions, failOnAny: false, timeoutMs: 60_000, print: () => undefined });
  release();
  expect(await wait).toBeGreaterThan(0);
});
