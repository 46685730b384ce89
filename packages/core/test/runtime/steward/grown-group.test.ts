import { growEpoch, type Store, startEpoch, systemClock } from '@heddle/core';
import { expect, it } from 'vitest';
import { openFixtureStore, planOf, TestNode } from '../fixture.ts';

const planWith = (count: number) =>
  planOf({
    web: {
      count,
      roles: [
        { name: 'first', inputs: { limit: '${ops.limit}' } },
        { name: 'second', outputs: { ip: 'ip' } },
      ],
    },
    ops: { roles: [{ name: 'collect', inputs: { ips: '${web[*].ip}' }, outputs: { limit: 'limit' } }] },
    bystander: { roles: [{ name: 'app', inputs: { limit: '${ops.limit}' } }] },
  });

/** A store that tells when the plans of an epoch have been listed. */
function tellingPlans(store: Store): { readonly store: Store; readonly listed: Promise<void> } {
  let tell: () => void = () => undefined;
  const listed = new Promise<void>((resolve) => void (tell = resolve));
  const telling: Store = {
    ...store,
    async list(prefix, options) {
      const entries = await store.list(prefix, options);
      if (prefix.at(-1) === 'plan') tell();
      return entries;
    },
  };
  return { store: telling, listed };
}

it('a steward that was there before a group grew judges the order of the roles of its new members', async () => {
  const store = await openFixtureStore();
  const epoch = await startEpoch(store, planWith(1));
  const told = tellingPlans(store);
  const bystander = await TestNode.begin(told.store, epoch, planWith(1), 'bystander');
  const ending = new AbortController();
  const waiting = bystander.read('app', 'limit', { signal: ending.signal }).catch((thrown: unknown) => thrown);
  await told.listed;

  const web = await TestNode.begin(store, epoch, planWith(1), 'web-0');
  await (await web.run('first')).end({ state: 'done' });
  await web.publish('second', 'ip', 'a');
  const options = { by: 'root@ops', clock: systemClock, credentials: new Map() };
  await (await growEpoch(store, epoch, planWith(2), options)).announce();
  const ops = await TestNode.begin(store, epoch, planWith(2), 'ops');
  const added = await TestNode.begin(store, epoch, planWith(2), 'web-1');
  const circle = [ops.read('collect', 'ips'), added.read('first', 'limit')].map((reading) =>
    reading.catch((thrown: unknown) => thrown),
  );
  expect(await Promise.race(circle)).toMatchObject({ code: 'deadlock' });
  ending.abort(new Error('the test is over'));
  expect(await waiting).toMatchObject({ message: 'the test is over' });
});
