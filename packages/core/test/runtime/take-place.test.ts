import { closeEpoch, HeddleError, type Key, type Store, startEpoch, systemClock, takePlace } from '@heddle/core';
import { describe, expect, it } from 'vitest';
import { openFixtureStore, planOf } from './fixture.ts';

async function groupOf(count: number, seen: (store: Store) => Store = (store) => store) {
  const store = seen(await openFixtureStore());
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

  it('has the place that a put without an answer gave it', async () => {
    let isFirst = true;
    const { store, epoch, take } = await groupOf(3, (inner) => ({
      ...inner,
      async put(key, value, options) {
        const result = await inner.put(key, value, options);
        if (!isPlace(key) || !isFirst) return result;
        isFirst = false;
        throw new HeddleError('ambiguous', 'the answer was lost');
      },
    }));
    expect(await take('i-a')).toBe('web-0');
    expect(await take('i-b')).toBe('web-1');
    expect(await store.list(epoch.keys.placesOf('web'))).toHaveLength(2);
  });

  it('has one place also when such a put happens after the look that followed it', async () => {
    let late: (() => Promise<unknown>) | undefined;
    let isFirst = true;
    const { store, epoch, take } = await groupOf(3, (inner) => ({
      ...inner,
      async put(key, value, options) {
        if (!isPlace(key)) return inner.put(key, value, options);
        await late?.();
        late = undefined;
        if (!isFirst) return inner.put(key, value, options);
        isFirst = false;
        late = () => inner.put(key, value, options);
        throw new HeddleError('ambiguous', 'the answer was lost');
      },
    }));
    await expect(take('i-a')).rejects.toMatchObject({ code: 'unavailable', retryable: true });
    expect(await take('i-a')).toBe('web-0');
    expect(await store.list(epoch.keys.placesOf('web'))).toHaveLength(1);
  });

  it('looks at no place that others have', async () => {
    const asked: string[] = [];
    const { take } = await groupOf(20, (inner) => ({
      ...inner,
      async get(key, options) {
        asked.push(key.at(-1) ?? '');
        return inner.get(key, options);
      },
    }));
    for (let index = 0; index < 19; index += 1) await take(`i-${index}`);
    asked.length = 0;
    expect(await take('i-19')).toBe('web-19');
    expect(asked).toEqual(['web-19']);
  });
});

function isPlace(key: Key): boolean {
  return key.includes('places');
}
