import { epochKeys, HeddleError, type Key, readState, StateFollower, type Store, startEpoch } from '@heddle/core';
import { expect, it, onTestFinished } from 'vitest';
import { openFixtureStore, planOf, refusing } from './fixture.ts';

const plan = planOf({ db: { roles: [{ name: 'mysql' }] } });

/** A store as a node sees it whose rights say nothing of some keys. */
function unknownTo(store: Store, isUnknown: (key: Key) => boolean): Store {
  return {
    ...refusing(store, isUnknown),
    get: (key, options) =>
      isUnknown(key) ? Promise.reject(new HeddleError('denied', 'no right to read it')) : store.get(key, options),
  };
}

it('an epoch whose rights were given before groups could grow is shown and followed by its nodes', async () => {
  const admin = await openFixtureStore();
  const { keys } = await startEpoch(admin, plan);
  const store = unknownTo(admin, (key) => key.join('/') === keys.scale().join('/'));
  const state = await readState(store, 'test');
  expect(state).toMatchObject({ deployment: 'test', isOpen: true, nodes: [{ name: 'db' }] });
  expect(state).not.toHaveProperty('scale');
  const errors: HeddleError[] = [];
  const follower = new StateFollower(
    store,
    state,
    () => undefined,
    (error) => errors.push(error),
  );
  onTestFinished(() => follower.close());
  await follower.ready;
  expect(errors).toEqual([]);
});

it('what a node may not read of an epoch otherwise is told', async () => {
  const admin = await openFixtureStore();
  await startEpoch(admin, plan);
  const roles = epochKeys('test', '1').roles().join('/');
  const store = unknownTo(admin, (key) => key.join('/') === roles);
  const state = await readState(admin, 'test');
  const told = new Promise<HeddleError>((resolve) => {
    const follower = new StateFollower(store, state, () => undefined, resolve);
    onTestFinished(() => follower.close());
  });
  expect((await told).code).toBe('denied');
});
