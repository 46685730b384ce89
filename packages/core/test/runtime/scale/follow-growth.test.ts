import { growEpoch, readState, StateFollower, startEpoch, systemClock } from '@heddle/core';
import { expect, it, onTestFinished } from 'vitest';
import { openFixtureStore, planOf } from '../fixture.ts';

const planWith = (count: number) => planOf({ web: { count, roles: [{ name: 'app', outputs: { ip: 'ip' } }] } });

it('whoever follows the state of a deployment sees its new members', async () => {
  const store = await openFixtureStore();
  const epoch = await startEpoch(store, planWith(1));
  let changed: () => void = () => undefined;
  const errors: unknown[] = [];
  const follower = new StateFollower(
    store,
    await readState(store, 'test'),
    () => changed(),
    (error) => errors.push(error),
  );
  onTestFinished(() => follower.close());
  await follower.ready;
  const seen = new Promise<void>((resolve) => {
    changed = () => {
      if (follower.state.nodes.length === 3 && follower.state.scale?.isReady === true) resolve();
    };
  });
  const options = { by: 'root@ops', clock: systemClock, credentials: new Map() };
  await (await growEpoch(store, epoch, planWith(3), options)).announce();
  await seen;
  expect(follower.state.nodes.map(({ name }) => name)).toEqual(['web-0', 'web-1', 'web-2']);
  expect(errors).toEqual([]);
});
