import { closeEpoch, startEpoch, systemClock, takePlace } from '@heddle/core';
import { describe, expect, it } from 'vitest';
import { openFixtureStore, planOf } from './fixture.ts';

async function groupOf(count: number) {
  const store = await openFixtureStore();
  const epoch = await startEpoch(store, planOf({ web: { count, roles: [{ name: 'app' }] } }));
  const take = (instance: string, group = 'web') => takePlace(store, epoch, { group, instance, clock: systemClock });
  return { store, epoch, take };
}

describe('a machine that nobody has told which member of its group it is', () => {
  it('takes the first place that is free, and has it again when it boots again', async () => {
    const { take } = await groupOf(3);
    expect(await take('i-a')).toBe('web-0');
    expect(await take('i-b')).toBe('web-1');
    expect(await take('i-a')).toBe('web-0');
    expect(await take('i-c')).toBe('web-2');
    expect(await take('i-b')).toBe('web-1');
  });

  it('shares its place with nobody, however many come at once', async () => {
    const { take } = await groupOf(20);
    const instances = Array.from({ length: 20 }, (_, index) => `i-${index}`);
    const nodes = await Promise.all(instances.map((instance) => take(instance)));
    expect(new Set(nodes).size).toBe(20);
    expect(await Promise.all(instances.map((instance) => take(instance)))).toEqual(nodes);
  });

  it('is told when there are more machines than members', async () => {
    const { take } = await groupOf(2);
    await Promise.all([take('i-a'), take('i-b')]);
    await expect(take('i-c')).rejects.toMatchObject({
      code: 'config-invalid',
      message: 'group web in epoch 1 of deployment test has 2 members, and each is a machine already',
    });
  });

  it('is told when there is no such group', async () => {
    const { take } = await groupOf(2);
    await expect(take('i-a', 'wbe')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('takes nothing in an epoch that was closed', async () => {
    const { store, take } = await groupOf(2);
    await closeEpoch(store, 'test', '1');
    await expect(take('i-a')).rejects.toMatchObject({ code: 'fenced' });
  });
});
